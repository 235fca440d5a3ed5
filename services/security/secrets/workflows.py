"""RotateKey: a new key, every field sealed anew with it, and the end of the old one.

Fields can be read all the time: the old data keys stay until nothing is sealed with them. Each step can be done twice,
so whatever dies is begun again.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from services.mesh.temporal import HEARTBEAT_TIMEOUT
    from services.security.secrets.orders import RotationOrder

NAME = "RotateKey"
SWITCH, RESEAL, FORGET = "secrets.switch", "secrets.reseal", "secrets.forget"
_SHORT = timedelta(seconds=30)
_LONGEST = timedelta(hours=12)
# Nothing is lost by trying for ever, and a rotation that gave up would leave the old key in use.
_PATIENT = RetryPolicy(initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=30))


@workflow.defn(name=NAME)
class RotateKey:
    """Rotates an organization's key. Its identifier is the new data key's resource name."""

    @workflow.run
    async def run(self, order: RotationOrder) -> int:
        """Runs the rotation and returns how many rows it has sealed anew."""
        await workflow.execute_activity(SWITCH, order, start_to_close_timeout=_SHORT, retry_policy=_PATIENT)
        resealed: int = await workflow.execute_activity(
            RESEAL,
            order,
            result_type=int,
            start_to_close_timeout=_LONGEST,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            retry_policy=_PATIENT,
        )
        await workflow.sleep(timedelta(seconds=order.grace_seconds))
        await workflow.execute_activity(FORGET, order, start_to_close_timeout=_SHORT, retry_policy=_PATIENT)
        return resealed
