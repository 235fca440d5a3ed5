"""RenderReport: render, then say how it ended. A worker that dies in between leaves nothing that another can't redo."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from services.core.reports.orders import Ending, ReportOrder
    from services.mesh.temporal import HEARTBEAT_TIMEOUT

NAME = "RenderReport"
RENDER, FAIL = "reports.render", "reports.fail"
_LONGEST = timedelta(hours=1)
_SHORT = timedelta(seconds=30)
# The report's row is committed right after the workflow is started; until then there is nothing to render.
_SOON = RetryPolicy(
    initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=10), maximum_attempts=12
)


@workflow.defn(name=NAME)
class RenderReport:
    """Renders one report. Its identifier is the report's resource name."""

    @workflow.run
    async def run(self, order: ReportOrder) -> None:
        """Renders the report; where that fails for good, says why."""
        try:
            await workflow.execute_activity(
                RENDER,
                order,
                start_to_close_timeout=_LONGEST,
                heartbeat_timeout=HEARTBEAT_TIMEOUT,
                retry_policy=_SOON,
                cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            ending = Ending(order, str(error.cause or error))
            await workflow.execute_activity(FAIL, ending, start_to_close_timeout=_SHORT, retry_policy=_SOON)
