"""Writes decisions to the log behind the calls: a refusal waits for no transaction, and a flood fills no disk."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import groupby
from uuid import UUID

import structlog

from services.mesh import tasks
from services.mesh.audit import store
from services.mesh.audit.model import Decision, Row
from services.mesh.audit.tallies import Tallies
from services.mesh.calls import Call
from services.mesh.database import Database
from services.mesh.errors import Failure
from services.mesh.events.outages import DATABASE_LOST, Backoff, heed_cancellation

_LOG = structlog.get_logger(__name__)
_AT_ONCE = 100
_LAST_SECONDS = 3.0


class Trail:
    """Takes decisions at any time, and writes them soon.

    Args:
        database: Where the log is.
        tallies: Where they wait.
        pause: Seconds between two writes.
    """

    def __init__(self, database: Database, tallies: Tallies | None = None, *, pause: float = 0.25) -> None:
        self._database = database
        self._tallies = Tallies() if tallies is None else tallies
        self._pause = pause
        self._wake = asyncio.Event()

    def note(self, decision: Decision, resource: Callable[[], str]) -> None:
        """Takes a decision; never waits and never fails.

        Args:
            decision: What was decided.
            resource: Says about which resource, if it has to.
        """
        if self._tallies.add(decision, resource, asyncio.get_running_loop().time()):
            self._wake.set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Writes as long as the context lasts, and at its end what is left."""
        writing = asyncio.create_task(self._write_on(), name="audit: write decisions")
        try:
            yield
        finally:
            await tasks.end(writing)
            await self._write_the_rest()

    async def _write_on(self) -> None:
        backoff = Backoff(self._pause, 5.0)
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._wake.wait()
            heed_cancellation()
            self._wake.clear()
            try:
                if await self._write(asyncio.get_running_loop().time()) == _AT_ONCE:
                    self._wake.set()
                backoff.reset()
                await asyncio.sleep(self._pause)
            except (Failure, *DATABASE_LOST) as error:
                _LOG.warning("decisions are written late", error=type(error).__name__)
                heed_cancellation()
                await backoff.wait()
            except Exception:  # noqa: BLE001 - without this task nothing would be written any more
                _LOG.exception("writing decisions failed and is tried again")
                await backoff.wait()

    async def _write(self, now: float) -> int:
        """Writes the next rows that are due at a time of the event loop's clock, and returns how many."""
        rows = self._tallies.due(now, _AT_ONCE)
        if rows:
            await self._append(rows)
        self._tallies.written(rows, now)
        return len(rows)

    async def _append(self, rows: Sequence[Row]) -> None:
        by_log = groupby(sorted(rows, key=_log_of), key=_log_of)
        async with self._database.unit(Call(method="audit")) as unit:
            for log, of_one in by_log:
                async with unit.within(UUID(int=log)):
                    await store.append(unit, list(of_one))

    async def _write_the_rest(self) -> None:
        """Writes what waits, repeats included, as if their time had come; what can't be written now is lost."""
        try:
            async with asyncio.timeout(_LAST_SECONDS):
                while await self._write(float("inf")):
                    continue
        except (TimeoutError, Failure, *DATABASE_LOST):
            _LOG.warning("decisions were not written", count=len(self._tallies))


def _log_of(row: Row) -> int:
    return row.decision.log.int
