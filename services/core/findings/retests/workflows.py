"""RunRetest: waits for its turn, has a scan look, and draws the conclusion.

What it has come to is in the database and in its history: whatever dies is begun again, and the scan, a workflow of its
own, goes on meanwhile.
"""

import asyncio
import contextlib
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.workflow import ChildWorkflowHandle

with workflow.unsafe.imports_passed_through():
    from services.core.findings.retests.orders import RetestOrder, ScanToRun, Turn

NAME = "RunRetest"
TAKE_TURN, CONCLUDE = "retests.take_turn", "retests.conclude"
SCAN_WORKFLOW, CANCEL_SCAN = "RunScan", "cancel"
"""How the workflow of scans is called, and the signal that ends one."""

_SHORT = timedelta(seconds=30)
# The re-test's row is committed right after the workflow is started; until then there is no turn to take.
_PATIENT = RetryPolicy(
    initial_interval=timedelta(milliseconds=100), backoff_coefficient=1.5, maximum_interval=timedelta(seconds=10)
)


@workflow.defn(name=NAME)
class RunRetest:
    """Runs one re-test. Its identifier is the re-test's resource name."""

    def __init__(self) -> None:
        self._cancelled = False

    @workflow.run
    async def run(self, order: RetestOrder) -> None:
        """Runs the re-test to its end."""
        turn = await self._turn(order)
        while turn.wait_seconds and not self._cancelled:
            with contextlib.suppress(asyncio.TimeoutError):
                patience = timedelta(seconds=turn.wait_seconds)
                await workflow.wait_condition(lambda: self._cancelled, timeout=patience)
            if not self._cancelled:
                turn = await self._turn(order)
        if turn.scan:
            await self._scan(order, turn.scan)
        await workflow.execute_activity(CONCLUDE, order, start_to_close_timeout=_SHORT, retry_policy=_PATIENT)

    @workflow.signal
    def cancel(self) -> None:
        """Ends it early, with its scan."""
        self._cancelled = True

    async def _turn(self, order: RetestOrder) -> Turn:
        turn: Turn = await workflow.execute_activity(
            TAKE_TURN,
            order,
            result_type=Turn,
            start_to_close_timeout=_SHORT,
            retry_policy=_PATIENT,
        )
        return turn

    async def _scan(self, order: RetestOrder, scan: str) -> None:
        """Has the scan run, and ends it where this is cancelled."""
        name = f"organizations/{order.organization}/scans/{scan}"
        running: ChildWorkflowHandle[object, str] = await workflow.start_child_workflow(
            SCAN_WORKFLOW, ScanToRun(order.organization, scan), id=name, result_type=str
        )
        await workflow.wait_condition(lambda: self._cancelled or running.done())
        if self._cancelled:
            with contextlib.suppress(ApplicationError):
                # It may have ended at this very moment.
                await running.signal(CANCEL_SCAN)
        await running
