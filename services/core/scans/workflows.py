"""RunScan: plan, then every executor on every target, stage by stage, then the end.

It survives the death of any worker: what is done is in its history, what was running is begun again elsewhere, and
sightings have identifiers that don't depend on how often an executor ran.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from services.core.scans.orders import Ending, Plan, ScanOrder, TaskOrder, TaskResult, WorkflowProgress
    from services.executors.domain import Service
    from services.mesh.temporal import HEARTBEAT_TIMEOUT

NAME = "RunScan"
PLAN, EXECUTE, FINISH = "scans.plan", "scans.execute", "scans.finish"
AT_ONCE = 4
_STAGES = ("discovery", "assessment")
_SHORT = timedelta(seconds=30)
_LONGEST_TASK = timedelta(hours=2)
_LONGEST_HOLD = timedelta(hours=1)
# The scan's row is committed right after the workflow is started; until then there is nothing to plan.
_SOON = RetryPolicy(
    initial_interval=timedelta(milliseconds=50), backoff_coefficient=1.5, maximum_interval=timedelta(seconds=5)
)
# What fails is the platform, since executors' failures are outcomes: about a minute for a service to come back.
_PATIENT = RetryPolicy(
    initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=10), maximum_attempts=12
)
_UNCOMMITTED = timedelta(minutes=1)
_Answer = TypeVar("_Answer", Plan, TaskResult)


@workflow.defn(name=NAME)
class RunScan:
    """Runs one scan. Its identifier is the scan's resource name."""

    def __init__(self) -> None:
        self._progress = WorkflowProgress()
        self._running = asyncio.Semaphore(AT_ONCE)
        self._work: asyncio.Task[None] | None = None
        self._paused = False
        self._cancelled = False
        self._wakes = 0

    @workflow.run
    async def run(self, order: ScanOrder) -> str:
        """Runs the scan to its end and returns the state it ended in."""
        self._work = asyncio.create_task(self._run(order))
        if self._cancelled:
            self._work.cancel()
        ending = Ending(order, "SUCCEEDED")
        try:
            await self._work
        except asyncio.CancelledError:
            self._work.cancel()
            ending = Ending(order, "CANCELLED")
        except ActivityError as error:
            # A cancelled task may also end as a cancelled activity.
            cancelled = is_cancelled_exception(error)
            ending = Ending(order, "CANCELLED") if cancelled else Ending(order, "FAILED", str(error.cause or error))
        await asyncio.shield(_finish(ending))
        return ending.state

    @workflow.signal
    def pause(self) -> None:
        """Starts no more tasks until resumed."""
        self._paused = True

    @workflow.signal
    def resume(self) -> None:
        """Starts tasks again."""
        self._paused = False

    @workflow.signal
    def wake(self) -> None:
        """Asks at once whether what waits for a window may go on."""
        self._wakes += 1

    @workflow.signal
    def cancel(self) -> None:
        """Stops all running tasks and ends the scan."""
        self._cancelled = True
        if self._work:
            self._work.cancel()

    @workflow.query
    def progress(self) -> WorkflowProgress:
        """Returns how many tasks have ended."""
        return WorkflowProgress(self._progress.stage, self._progress.total, self._progress.ended, self._paused)

    async def _run(self, order: ScanOrder) -> None:
        plan = await self._asked(lambda: _plan(order))
        found: dict[str, list[Service]] = {}
        for stage in _STAGES:
            tasks = [task for task in plan.tasks if task.stage == stage]
            self._progress = WorkflowProgress(stage, len(plan.tasks), self._progress.ended)
            await self._stage(tasks, found)

    async def _stage(self, tasks: Sequence[TaskOrder], found: dict[str, list[Service]]) -> None:
        """Runs a stage's tasks, a few at once, and adds the services that they find."""
        running = [asyncio.create_task(self._task(task, found.get(task.target, []))) for task in tasks]
        try:
            results = await asyncio.gather(*running)
        except BaseException:
            for task in running:
                task.cancel()
            await asyncio.wait(running)
            raise
        for result in results:
            found[result.target] = _merge([*found.get(result.target, []), *result.services])

    async def _task(self, task: TaskOrder, services: list[Service]) -> TaskResult:
        async with self._running:
            result = await self._asked(lambda: self._attempt(task, services))
        done = self._progress
        self._progress = WorkflowProgress(done.stage, done.total, done.ended + 1)
        return result

    async def _attempt(self, task: TaskOrder, services: list[Service]) -> TaskResult:
        await workflow.wait_condition(lambda: not self._paused)
        result: TaskResult = await workflow.execute_activity(
            EXECUTE,
            TaskOrder(task.scan, task.executor, task.target, task.stage, services),
            result_type=TaskResult,
            start_to_close_timeout=_LONGEST_TASK,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            retry_policy=_PATIENT,
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        return result

    async def _asked(self, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """Asks until the answer isn't to wait; who is woken while it asks doesn't wait for what may be outdated."""
        while True:
            wakes = self._wakes
            answer = await ask()
            if not answer.hold_seconds:
                return answer
            await self._hold(answer.hold_seconds, wakes)

    async def _hold(self, seconds: float, wakes: int) -> None:
        """Waits so long, or until it was woken once more; never longer than until the next look."""
        with contextlib.suppress(asyncio.TimeoutError):
            patience = min(timedelta(seconds=seconds), _LONGEST_HOLD)
            await workflow.wait_condition(lambda: self._wakes != wakes, timeout=patience)


async def _plan(order: ScanOrder) -> Plan:
    plan: Plan = await workflow.execute_activity(
        PLAN,
        order,
        result_type=Plan,
        start_to_close_timeout=_SHORT,
        schedule_to_close_timeout=_UNCOMMITTED,
        retry_policy=_SOON,
    )
    return plan


async def _finish(ending: Ending) -> None:
    await workflow.execute_activity(FINISH, ending, start_to_close_timeout=_SHORT, retry_policy=_SOON)


def _merge(services: Iterable[Service]) -> list[Service]:
    """Returns each service once; of two reports of one port, the one that knows the application protocol."""
    merged: dict[tuple[str, int, str], Service] = {}
    for service in services:
        key = (service.address, service.port, service.protocol)
        if key not in merged or (service.name and not merged[key].name):
            merged[key] = service
    return list(merged.values())
