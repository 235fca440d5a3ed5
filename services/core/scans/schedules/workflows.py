"""RunScheduledScan: orders a schedule's scan, and lasts as long as it, so that an overlap is noticed.

AlignSchedule: has Temporal's schedule say what the row says, whatever became of the transaction that changed both.
"""

from dataclasses import replace
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from services.core.scans.orders import ScanOrder
    from services.core.scans.schedules.orders import ScheduleOrder
    from services.core.scans.workflows import RunScan

NAME = "RunScheduledScan"
ORDER = "scan_schedules.order"
ALIGNMENT = "AlignSchedule"
ALIGN = "scan_schedules.align"
# Right after a schedule is made, its row is being committed.
_PATIENT = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=10))
_SHORT = timedelta(seconds=30)


@workflow.defn(name=NAME)
class RunScheduledScan:
    """Runs one scan of a schedule."""

    @workflow.run
    async def run(self, order: ScheduleOrder) -> str:
        """Orders the scan and returns the state it ended in; empty where none was ordered."""
        scan: str = await workflow.execute_activity(
            ORDER,
            replace(order, run=workflow.info().workflow_id),
            result_type=str,
            start_to_close_timeout=_SHORT,
            retry_policy=_PATIENT,
        )
        if not scan:
            return ""
        name = f"organizations/{order.organization}/scans/{scan}"
        return await workflow.execute_child_workflow(RunScan.run, ScanOrder(order.organization, scan), id=name)


@workflow.defn(name=ALIGNMENT)
class AlignSchedule:
    """Has Temporal's schedule say what the row says."""

    @workflow.run
    async def run(self, order: ScheduleOrder) -> None:
        """Tries until it does."""
        await workflow.execute_activity(ALIGN, order, start_to_close_timeout=_SHORT, retry_policy=_PATIENT)
