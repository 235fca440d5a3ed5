"""Matching an organization's events with its rules, and sending by a channel: workflows that end when they are idle.

What there is to do is in PostgreSQL; a workflow only goes round until nothing is left, waits for what is due later, and
is woken by a signal, which starts it where it has ended. Each round may be done twice without harm, so whatever dies is
begun again.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from services.core.notifications.orders import ChannelOrder, OrganizationOrder, Round
    from services.mesh.temporal import HEARTBEAT_TIMEOUT

QUEUE = "xorb-notifications"
"""A task queue of their own: a receiver that is slow holds up no scan."""
NOTIFY, DELIVER = "NotifyOrganization", "DeliverNotifications"
MATCH, SEND = "notifications.match", "notifications.send"
WAKE = "wake"
_LONGEST_ROUND = timedelta(minutes=5)
_PATIENT = RetryPolicy(initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=30))


class _Rounds:
    """Rounds of one activity until nothing is left to do."""

    def __init__(self) -> None:
        self.woken = False
        self.ended = False

    async def go(self, activity: str, order: OrganizationOrder | ChannelOrder) -> None:
        """Goes round; returns when there is nothing to do, or continues as new when the history is long."""
        while not self.ended:
            self.woken = False
            done: Round = await workflow.execute_activity(
                activity,
                order,
                result_type=Round,
                start_to_close_timeout=_LONGEST_ROUND,
                heartbeat_timeout=HEARTBEAT_TIMEOUT,
                retry_policy=_PATIENT,
            )
            if done.wait_seconds is None and not self.woken:
                return
            if done.wait_seconds:
                await self._wait(done.wait_seconds)
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(order)

    async def _wait(self, seconds: float) -> None:
        try:
            await workflow.wait_condition(lambda: self.woken or self.ended, timeout=timedelta(seconds=seconds))
        except TimeoutError:
            return


@workflow.defn(name=NOTIFY)
class NotifyOrganization:
    """Matches an organization's events with its rules, and makes its digests."""

    def __init__(self) -> None:
        self._rounds = _Rounds()

    @workflow.run
    async def run(self, order: OrganizationOrder) -> None:
        """Runs until there is nothing to do."""
        await self._rounds.go(MATCH, order)

    @workflow.signal(name=WAKE)
    def wake(self) -> None:
        """Something has happened."""
        self._rounds.woken = True

    @workflow.signal
    def cancel(self) -> None:
        """Ends after the round."""
        self._rounds.ended = True


@workflow.defn(name=DELIVER)
class DeliverNotifications:
    """Sends what is due by one channel: only here, so that what is to go in order does."""

    def __init__(self) -> None:
        self._rounds = _Rounds()

    @workflow.run
    async def run(self, order: ChannelOrder) -> None:
        """Runs until nothing is pending."""
        await self._rounds.go(SEND, order)

    @workflow.signal(name=WAKE)
    def wake(self) -> None:
        """There is something to send."""
        self._rounds.woken = True

    @workflow.signal
    def cancel(self) -> None:
        """Ends after the round."""
        self._rounds.ended = True
