"""What an engagement allows its scans, and what that means for one of them now.

Scans don't know engagements: whoever wires the process gives them a way to ask, inside of the transaction in which they
are ordered or go on, so that an emergency stop and an order never pass each other by.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.core.scans.domain import ENDED, OutsideWindow, Scan, Task
from services.core.scans.workflows import AT_ONCE
from services.executors.domain import Limits
from services.mesh.database import Unit
from services.mesh.errors import Failure, Reason, not_found


class Leave(Protocol):
    """What an engagement allows."""

    @property
    def targets(self) -> tuple[UUID, ...]:
        """What may be tested."""

    @property
    def excluded_hosts(self) -> tuple[str, ...]:
        """Names left alone with all below them."""

    @property
    def excluded_paths(self) -> tuple[str, ...]:
        """Paths left alone with all below them."""

    @property
    def excluded_addresses(self) -> tuple[str, ...]:
        """Addresses and blocks left alone."""

    @property
    def requests_per_second(self) -> int:
        """Connections a second to one target; 0 for what profiles say."""

    def require_under_way(self) -> None:
        """Raises ENGAGEMENT_STOPPED, ENGAGEMENT_NOT_UNDER_WAY where no scan may run whatever the time."""

    def require_budget(self) -> None:
        """Raises BUDGET_SPENT where no new scan may be ordered, for what was agreed is used."""

    def opens_at(self, moment: datetime) -> datetime | None:
        """Returns the first moment from this one on in a window; None where there is no more."""


class Leaves(Protocol):
    """Knows what engagements allow."""

    async def __call__(self, unit: Unit, engagement: UUID, *, keep: bool = False) -> Leave | None:
        """Returns an engagement's leave; with `keep`, it stays as it is until the transaction ends."""


async def given(unit: Unit, leaves: Leaves, scan: Scan, *, keep: bool = False) -> Leave | None:
    """Returns the leave that a scan is held to; None for a scan of no engagement.

    Raises:
        Failure: NOT_FOUND; there is no such engagement.
    """
    if scan.engagement is None:
        return None
    leave = await leaves(unit, scan.engagement, keep=keep)
    if leave is None:
        raise not_found(f"organizations/{unit.organization}/engagements/{scan.engagement}")
    return leave


def ordered_at(leave: Leave | None, scan: Scan, now: datetime) -> datetime | None:
    """Returns until when a scan that is being ordered waits; None where it may begin now.

    Raises:
        Failure: BUDGET_SPENT, and what `waits_until` raises.
    """
    waits = waits_until(leave, scan, now)
    if leave is not None:
        leave.require_budget()
    return waits


def waits_until(leave: Leave | None, scan: Scan, now: datetime) -> datetime | None:
    """Returns until when a scan waits; None where it may go on now.

    Raises:
        Failure: ILLEGAL_TRANSITION for a scan that has ended; ENGAGEMENT_STOPPED, ENGAGEMENT_NOT_UNDER_WAY,
            OUTSIDE_SCOPE, OUTSIDE_WINDOW.
    """
    if scan.state in ENDED:
        raise Failure(Reason.ILLEGAL_TRANSITION, f"The scan is {scan.state}.")
    if leave is None:
        return None
    leave.require_under_way()
    if not set(scan.targets) <= set(leave.targets):
        raise Failure(Reason.OUTSIDE_SCOPE)
    opens = leave.opens_at(now)
    if opens == now:
        return None
    if opens is None:
        raise Failure(Reason.OUTSIDE_WINDOW, "The engagement's last window has closed.")
    if scan.outside_window is OutsideWindow.REFUSE:
        raise Failure(Reason.OUTSIDE_WINDOW, f"The engagement's windows are closed until {opens:%Y-%m-%d %H:%M} UTC.")
    return opens


def paced(limits: Limits, leave: Leave | None, tasks: Iterable[Task], task: Task) -> Limits:
    """Returns a task's limits at the engagement's pace.

    The pace is that of one target. Only one scan has hold of a target, so its tasks that may run at once share it.
    """
    if leave is None or not leave.requests_per_second:
        return limits
    beside = sum(one.target == task.target and one.stage is task.stage for one in tasks)
    share = leave.requests_per_second / max(1, min(AT_ONCE, beside))
    return replace(limits, requests_per_second=min(limits.requests_per_second, share))


def least_share(leave: Leave | None) -> float:
    """Returns the fewest connections a second that a task may be left with; infinite without an agreed pace."""
    if leave is None or not leave.requests_per_second:
        return float("inf")
    return leave.requests_per_second / AT_ONCE
