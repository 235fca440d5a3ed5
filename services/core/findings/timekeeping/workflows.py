"""KeepTime: sleeps until something is due in an organization, has it done, and asks when the next is.

There is one for each organization, however many findings have deadlines. It ends when there is nothing to wait for;
whoever makes something due later starts it again by waking it. What is due is in the database: it is asked for again at
least every quarter of an hour, so that nothing depends on a signal that was lost.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from services.mesh.temporal import HEARTBEAT_TIMEOUT

NAME = "KeepTime"
TICK = "findings.tick"
_LONGEST_SLEEP = timedelta(minutes=15)
_TICK = timedelta(minutes=10)
# A history isn't to grow for ever.
_ROUNDS = 250
# Nobody else does it: it is tried until it works.
_PATIENT = RetryPolicy(initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=30))


@dataclass(frozen=True)
class TimeOrder:
    """Whose time to keep.

    Attributes:
        organization: A UUID as text.
        wanted: Moments at which to look, ISO 8601.
    """

    organization: str
    wanted: list[str] = field(default_factory=list)


def identifier(organization: object) -> str:
    """Returns the identifier of an organization's workflow."""
    return f"organizations/{organization}/timekeeping"


@workflow.defn(name=NAME)
class KeepTime:
    """Keeps the time of one organization."""

    def __init__(self) -> None:
        self._wanted: list[datetime] = []
        self._stopped = False

    @workflow.run
    async def run(self, order: TimeOrder) -> None:
        """Does what is due, whenever something is, until nothing is waited for."""
        self._wanted += map(datetime.fromisoformat, order.wanted)
        for _ in range(_ROUNDS):
            begun = workflow.now()
            following = await self._tick(order.organization)
            # What was asked for before this look was seen by it.
            self._wanted = [moment for moment in self._wanted if moment > begun]
            if following:
                self._wanted.append(datetime.fromisoformat(following))
            if self._stopped or not self._wanted:
                return
            await self._sleep()
        workflow.continue_as_new(TimeOrder(order.organization, [moment.isoformat() for moment in self._wanted]))

    @workflow.signal
    def wake(self, at: str) -> None:
        """Asks for a look at a moment, ISO 8601."""
        self._wanted.append(datetime.fromisoformat(at))

    @workflow.signal
    def cancel(self) -> None:
        """Ends it: the organization is being deleted."""
        self._stopped = True

    async def _sleep(self) -> None:
        latest = workflow.now() + _LONGEST_SLEEP
        while not self._stopped:
            until = min(latest, *self._wanted)
            left = until - workflow.now()
            if left <= timedelta():
                return
            try:
                # Whoever wants an earlier look wakes it.
                await workflow.wait_condition(partial(self._is_woken, until), timeout=left)
            except TimeoutError:
                return

    def _is_woken(self, until: datetime) -> bool:
        return self._stopped or min(self._wanted) < until

    async def _tick(self, organization: str) -> str:
        following: str = await workflow.execute_activity(
            TICK,
            organization,
            result_type=str,
            start_to_close_timeout=_TICK,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            retry_policy=_PATIENT,
        )
        return following
