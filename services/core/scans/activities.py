"""What a scan's workflow has done: planning, executing and finishing. Each may be done twice without harm."""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from temporalio import activity

from services.core.scans import domain, holding, profiles, store, wire
from services.core.scans.domain import Evidence, LogEntry, Scan, State, Task, TaskState
from services.core.scans.holding import refusals
from services.core.scans.leave import Leaves, given, least_share, waits_until
from services.core.scans.orders import Ending, Plan, ScanOrder, TaskOrder, TaskResult
from services.core.scans.recorder import Recorder, stop
from services.core.scans.scope import Bounds, Work, executor_task
from services.core.scans.sightings import Sightings
from services.core.scans.workflows import EXECUTE, FINISH, PLAN
from services.executors import registry, runner
from services.executors.domain import Outcome
from services.mesh import identifiers
from services.mesh.calls import Call, Caller
from services.mesh.database import Database, Unit
from services.mesh.tasks import end

IDENTITY = "spiffe://xorb/orchestrator"
_HEARTBEAT_SECONDS = 1.0
_ENDINGS = {
    State.SUCCEEDED: ("scan.succeeded", "A scan has ended"),
    State.FAILED: ("scan.failed", "A scan has failed"),
    State.CANCELLED: ("scan.cancelled", "A scan was cancelled"),
}


@dataclass(frozen=True)
class ScanActivities:
    """The activities, with what they stand on.

    Args:
        database: Where scans are.
        sightings: The way to the findings service.
        bounds: What the operator allows executors.
        leaves: Knows what engagements allow.
    """

    database: Database
    sightings: Sightings
    bounds: Bounds
    leaves: Leaves

    def all(self) -> list[Callable[..., Coroutine[Any, Any, Any]]]:
        """Returns the activities, for a worker."""
        return [self.plan, self.execute, self.finish]

    @activity.defn(name=PLAN)
    async def plan(self, order: ScanOrder) -> Plan:
        """Begins the scan and returns its tasks. Until the scan's row is committed, it fails and is tried again."""
        async with self.database.unit(_call(order)) as unit, refusals():
            scan = await store.get(unit, UUID(order.scan), lock=True)
            targets = await store.targets(unit, scan.id)
            leave = await given(unit, self.leaves, scan)
            if until := waits_until(leave, scan, datetime.now(UTC)):
                await holding.hold(unit, scan, until)
                return Plan([], holding.seconds(until))
            scan = replace(scan, held_until=None)
            share = least_share(leave)
            tasks = list(profiles.tasks(scan, targets, lambda name: registry.find(name).least_pace <= share))
            await store.add_tasks(unit, scan.id, tasks)
            if scan.state is State.QUEUED:
                scan = domain.move(scan, State.RUNNING, datetime.now(UTC))
                await store.save(unit, scan)
                unit.record(wire.changed("scan.started", scan, tasks, "A scan has started"))
                await _log(unit, scan, "INFO", f"Tasks: {len(tasks)}, targets: {len(targets)}")
        return Plan([TaskOrder(order, task.executor, str(task.target), task.stage.value) for task in tasks])

    @activity.defn(name=EXECUTE)
    async def execute(self, order: TaskOrder) -> TaskResult:
        """Runs one executor on one target, writes down what it sees while it runs, and returns the services found."""
        loaded = await self._load(order)
        if not isinstance(loaded, Work):
            return TaskResult(order.target, hold_seconds=holding.seconds(loaded))
        scan, task = loaded.scan, loaded.task
        recorder = Recorder(self.database, self.sightings, _call(order.scan), scan.id, task)
        background = [asyncio.create_task(part) for part in (recorder.keep_flushing(), _heartbeats(recorder))]
        try:
            await recorder.begin()
            run = runner.run(executor_task(loaded, order.services, self.bounds), recorder.note)
            outcome = await self._kept_to_its_leave(order.scan, scan, run)
        finally:
            for part in background:
                await stop(part)
            await asyncio.shield(recorder.flush())
        if isinstance(outcome, datetime):
            return TaskResult(order.target, hold_seconds=holding.seconds(outcome))
        await self._keep(order.scan, scan, task, outcome)
        await recorder.log(*_summary(outcome))
        await recorder.end(TaskState.FAILED if outcome.reason else TaskState.DONE, answered=outcome.answered)
        return TaskResult(order.target, list(outcome.services))

    @activity.defn(name=FINISH)
    async def finish(self, ending: Ending) -> None:
        """Ends the scan: lets go of its targets, skips what hasn't run, and says so. Without a scan there is no end."""
        async with self.database.unit(_call(ending.scan)) as unit:
            scan = await store.find(unit, UUID(ending.scan.scan), lock=True)
            if scan is None:
                return
            await store.release_targets(unit, scan.id)
            tasks = [await _skip(unit, scan, task) for task in await store.tasks(unit, scan.id)]
            if scan.state in domain.ENDED:
                return
            state = State(ending.state)
            scan = domain.move(scan, state, datetime.now(UTC), ending.reason)
            await store.save(unit, scan)
            kind, summary = _ENDINGS[state]
            await _log(unit, scan, "ERROR" if ending.reason else "INFO", ending.reason or summary)
            unit.record(wire.changed(kind, scan, tasks, summary))

    async def _load(self, order: TaskOrder) -> Work | datetime:
        """Returns what there is to do, or until when it waits: its engagement is asked whoever started the workflow."""
        async with self.database.unit(_call(order.scan)) as unit, refusals():
            scan = await store.get(unit, UUID(order.scan.scan), lock=True)
            leave = await given(unit, self.leaves, scan)
            if until := waits_until(leave, scan, datetime.now(UTC)):
                await holding.hold(unit, scan, until)
                return until
            if scan.held_until:
                scan = await holding.let_go_on(unit, scan)
            targets = await store.targets(unit, scan.id)
            tasks = await store.tasks(unit, scan.id)
        task = next(task for task in tasks if (task.executor, str(task.target)) == (order.executor, order.target))
        return Work(scan, task, targets, tasks, leave)

    async def _kept_to_its_leave(
        self, order: ScanOrder, scan: Scan, run: Coroutine[Any, Any, Outcome]
    ) -> Outcome | datetime:
        """Returns what a run comes to, or until when it waits where the window closes before: then it has ended."""
        if scan.engagement is None:
            return await run
        running: asyncio.Task[Outcome] = asyncio.create_task(run)
        closing: asyncio.Task[datetime] = asyncio.create_task(
            holding.closed(self.database, _call(order), self.leaves, scan)
        )
        try:
            await asyncio.wait({running, closing}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                return running.result()
            async with refusals():
                return closing.result()
        finally:
            await end(running)
            await end(closing)

    async def _keep(self, order: ScanOrder, scan: Scan, task: Task, outcome: Outcome) -> None:
        if not outcome.raw:
            return
        evidence = Evidence(
            id=domain.evidence_id(scan.id, task.executor, task.target),
            scan=scan.id,
            target=task.target,
            executor=task.executor,
            media_type=outcome.media_type,
            size=len(outcome.raw),
            sha256=hashlib.sha256(outcome.raw).hexdigest(),
            truncated=outcome.truncated,
            created_at=datetime.now(UTC),
        )
        async with self.database.unit(_call(order)) as unit:
            await store.put_evidence(unit, evidence, outcome.raw)


async def _heartbeats(recorder: Recorder) -> None:
    while True:
        activity.heartbeat(recorder.percent)
        await asyncio.sleep(_HEARTBEAT_SECONDS)


async def _skip(unit: Unit, scan: Scan, task: Task) -> Task:
    if task.state in domain.TASK_ENDED:
        return task
    skipped = replace(task, state=TaskState.SKIPPED)
    await store.save_task(unit, scan.id, skipped)
    return skipped


async def _log(unit: Unit, scan: Scan, level: str, message: str) -> None:
    entry = LogEntry(identifiers.new(), datetime.now(UTC), level, "", message)
    await store.add_log_entry(unit, scan.id, entry)
    unit.record(wire.logged(scan.organization, scan.id, entry))


def _summary(outcome: Outcome) -> tuple[str, str]:
    found = f"{len(outcome.services)} services, {len(outcome.observations)} observations"
    return ("WARNING", f"{outcome.message} ({found})") if outcome.reason else ("INFO", found)


def _call(order: ScanOrder) -> Call:
    return Call(
        method="RunScan",
        caller=Caller(IDENTITY),
        organization=UUID(order.organization),
    )
