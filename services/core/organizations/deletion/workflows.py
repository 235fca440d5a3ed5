"""DeleteOrganization: the end of its scans, the time of grace, its key, and then everything else.

The key goes first: from that moment nothing that was sealed can be read, wherever copies of it are, however long the
rest takes. Each step can be done twice, so whatever dies is begun again.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from services.core.organizations.deletion.orders import DeletionOrder
    from services.mesh.temporal import HEARTBEAT_TIMEOUT

NAME = "DeleteOrganization"
STOP, COMMIT, DESTROY, EMPTIED, FINISH = (
    f"organizations.{step}" for step in ("stop", "commit", "destroy", "emptied", "finish")
)
_SHORT = timedelta(minutes=2)
_LONGEST = timedelta(hours=12)
# How long these take grows with what the organization has: its rows, and the accounts that only it vouches for.
_LONG = frozenset({COMMIT, EMPTIED})
# A deletion that gave up would leave half an organization behind.
_PATIENT = RetryPolicy(initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=30))


@workflow.defn(name=NAME)
class DeleteOrganization:
    """Deletes an organization, unless somebody undoes it in time."""

    @workflow.run
    async def run(self, order: DeletionOrder) -> bool:
        """Runs the deletion and returns whether the organization is gone."""
        if not await self._do(STOP, order):
            return False
        await workflow.sleep(timedelta(seconds=order.grace_seconds))
        if not await self._do(COMMIT, order):
            return False
        # What was started when the first stop came too early for it.
        await self._do(STOP, order)
        await self._do(DESTROY, order)
        await self._do(EMPTIED, order)
        # Whoever was still writing may have made a new one.
        await self._do(DESTROY, order)
        await self._do(FINISH, order)
        return True

    async def _do(self, step: str, order: DeletionOrder) -> bool:
        done: bool = await workflow.execute_activity(
            step,
            order,
            result_type=bool,
            start_to_close_timeout=_LONGEST if step in _LONG else _SHORT,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            retry_policy=_PATIENT,
        )
        return done
