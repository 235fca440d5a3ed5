"""ImportFile: read the file and record what it reports, then the end.

It survives the death of any worker: a file that is read again gives the same records in the same order, their sightings
have the same identifiers, and what was recorded is counted in the transaction that recorded it.
"""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from services.core.imports.orders import Ending, ImportOrder, Outcome
    from services.mesh.temporal import HEARTBEAT_TIMEOUT

NAME = "ImportFile"
PROCESS, FINISH = "imports.process", "imports.finish"
_SHORT = timedelta(seconds=30)
_LONGEST = timedelta(hours=12)
# The state is committed right after the workflow is started; until then there is nothing to read.
_SOON = RetryPolicy(
    initial_interval=timedelta(milliseconds=50), backoff_coefficient=1.5, maximum_interval=timedelta(seconds=5)
)
# What fails is the platform, since a file's faults are outcomes: about two minutes for a service to come back.
_PATIENT = RetryPolicy(
    initial_interval=timedelta(milliseconds=100),
    backoff_coefficient=1.7,
    maximum_interval=timedelta(seconds=10),
    maximum_attempts=20,
)


@workflow.defn(name=NAME)
class ImportFile:
    """Works on one import. Its identifier is the import's resource name."""

    def __init__(self) -> None:
        self._work: asyncio.Task[Outcome] | None = None
        self._cancelled = False

    @workflow.run
    async def run(self, order: ImportOrder) -> str:
        """Reads the file to its end and returns the state that the import ended in."""
        self._work = asyncio.create_task(_process(order))
        if self._cancelled:
            self._work.cancel()
        try:
            outcome = await self._work
            ending = Ending(order, "FAILED" if outcome.reason else "SUCCEEDED", outcome.reason)
        except asyncio.CancelledError:
            self._work.cancel()
            ending = Ending(order, "CANCELLED")
        except ActivityError as error:
            # A cancelled task may also end as a cancelled activity.
            cancelled = is_cancelled_exception(error)
            ending = Ending(order, "CANCELLED") if cancelled else Ending(order, "FAILED", _UNFINISHED)
        await asyncio.shield(_finish(ending))
        return ending.state

    @workflow.signal
    def cancel(self) -> None:
        """Stops reading and ends the import."""
        self._cancelled = True
        if self._work:
            self._work.cancel()


_UNFINISHED = "The platform couldn't record what the file reports. Import it again."


async def _process(order: ImportOrder) -> Outcome:
    outcome: Outcome = await workflow.execute_activity(
        PROCESS,
        order,
        result_type=Outcome,
        start_to_close_timeout=_LONGEST,
        heartbeat_timeout=HEARTBEAT_TIMEOUT,
        retry_policy=_PATIENT,
        cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    )
    return outcome


async def _finish(ending: Ending) -> None:
    await workflow.execute_activity(FINISH, ending, start_to_close_timeout=_SHORT, retry_policy=_SOON)
