"""Writes down what a running executor sees, while it runs: findings, how far it is, and lines of the log."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from services.core.scans import domain, progress, store, wire
from services.core.scans.domain import LogEntry, Task, TaskState
from services.core.scans.sightings import Sightings
from services.executors.domain import Observation, Progress
from services.mesh import identifiers, statuses, tasks
from services.mesh.calls import Call
from services.mesh.database import Database
from services.mesh.errors import Reason

_FLUSH_SECONDS = 0.5
_MOST_WAITING = 500
_PASSING = frozenset({Reason.UNAVAILABLE, Reason.DEADLINE_EXCEEDED})


@dataclass
class Recorder:
    """Records for one task of one scan.

    Args:
        database: Where progress and log go.
        sightings: Where what was seen goes.
        call: The organization and identity to write as.
        scan: The scan's identifier.
        task: The task as planned.
    """

    database: Database
    sightings: Sightings
    call: Call
    scan: UUID
    task: Task
    _waiting: list[Observation] = field(default_factory=list)
    _changed: bool = False
    _findings: int | None = None
    _flushing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def percent(self) -> int:
        """How far the task is, 0 to 100."""
        return self.task.percent

    async def note(self, news: Progress | Observation) -> None:
        """Takes what the executor says; holds it back when it says more than can be written."""
        if isinstance(news, Observation):
            self._waiting.append(news)
        else:
            percent = min(99, 100 * news.done // max(1, news.total))
            self._changed = self._changed or percent != self.task.percent
            self.task = replace(self.task, percent=percent)
        if len(self._waiting) >= _MOST_WAITING:
            await self.flush()

    async def keep_flushing(self) -> None:
        """Writes what has come in, twice a second, until cancelled; what can't be written now waits."""
        while True:
            await asyncio.sleep(_FLUSH_SECONDS)
            try:
                await self.flush()
            except Exception as error:
                failure = statuses.from_exception(error)
                if failure is None or failure.reason not in _PASSING:
                    raise

    async def flush(self) -> None:
        """Writes what has come in since the last time; what a failed or cancelled flush didn't write, the next does."""
        async with self._flushing:
            if seen := self._waiting[:]:
                self._findings = await self.sightings.record(self.call.organization, self.scan, self.task, seen)
                del self._waiting[: len(seen)]
            if self._changed or self._findings is not None:
                self._changed = False
                await self._save(self._findings)
                self._findings = None

    async def begin(self) -> None:
        """Marks the task as running."""
        self.task = replace(self.task, state=TaskState.RUNNING, percent=0)
        await self._save()

    async def end(self, state: TaskState, *, answered: bool = False) -> None:
        """Writes what is left, and marks the task as ended; `answered` if what it looked at has."""
        await self.flush()
        percent = 100 if state is TaskState.DONE else self.task.percent
        self.task = replace(self.task, state=state, percent=percent, answered=answered)
        await self._save()

    async def log(self, level: str, message: str) -> None:
        """Adds a line to the scan's log."""
        entry = LogEntry(identifiers.new(), datetime.now(UTC), level, self.task.executor, message)
        async with self.database.unit(self.call) as unit:
            await store.add_log_entry(unit, self.scan, entry)
            unit.record(wire.logged(self.call.organization, self.scan, entry))

    async def _save(self, findings: int | None = None) -> None:
        async with self.database.unit(self.call) as unit:
            scan = await store.get(unit, self.scan, lock=True)
            await store.save_task(unit, self.scan, self.task)
            if scan.state not in domain.ENDED:
                await progress.record(unit, scan, findings)


async def stop(task: asyncio.Task[None]) -> None:
    """Cancels a background task and waits for its end; its own error, if it had one, is raised."""
    await tasks.end(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error
