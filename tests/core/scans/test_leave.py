"""What an engagement's leave means for a scan."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.core.scans.domain import OutsideWindow, Scan, Stage, State, Task
from services.core.scans.leave import least_share, paced, waits_until
from services.executors.domain import Limits
from services.mesh import identifiers
from services.mesh.errors import Failure, Reason
from services.mesh.windows import Calendar, Period
from tests.core.scans.samples import scan, target

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SHOP = target()
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Agreed:
    """A leave as an engagement gives it."""

    targets: tuple[UUID, ...] = (SHOP.id,)
    excluded_hosts: tuple[str, ...] = ()
    excluded_paths: tuple[str, ...] = ()
    excluded_addresses: tuple[str, ...] = ()
    requests_per_second: int = 0
    calendar: Calendar = field(default_factory=Calendar)
    refusal: Failure | None = None

    def require_budget(self) -> None:
        """The budget isn't spent."""

    def require_under_way(self) -> None:
        if self.refusal:
            raise self.refusal

    def opens_at(self, moment: datetime) -> datetime | None:
        return self.calendar.opens_at(moment)


def ordered(outside: OutsideWindow = OutsideWindow.WAIT) -> Scan:
    return replace(scan(identifiers.new(), [SHOP]), engagement=identifiers.new(), outside_window=outside)


def refused(leave: Agreed, one: Scan) -> Reason:
    with pytest.raises(Failure) as caught:
        waits_until(leave, one, NOW)
    return caught.value.reason


def test_without_an_engagement_nothing_is_waited_for() -> None:
    assert waits_until(None, scan(identifiers.new(), [SHOP]), NOW) is None


def test_inside_of_scope_and_window_it_goes_on() -> None:
    assert waits_until(Agreed(), ordered(), NOW) is None


def test_what_is_not_in_the_scope_is_refused() -> None:
    assert refused(Agreed(targets=(identifiers.new(),)), ordered()) is Reason.OUTSIDE_SCOPE


def test_a_stop_comes_first() -> None:
    stopped = Agreed(targets=(), refusal=Failure(Reason.ENGAGEMENT_STOPPED))

    assert refused(stopped, ordered()) is Reason.ENGAGEMENT_STOPPED


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.FAILED, State.CANCELLED])
def test_what_has_ended_does_not_begin_again(state: State) -> None:
    assert refused(Agreed(), replace(ordered(), state=state)) is Reason.ILLEGAL_TRANSITION


def test_outside_of_the_window_it_waits_or_is_refused() -> None:
    later = Agreed(calendar=Calendar((Period(NOW + HOUR, NOW + 2 * HOUR),)))
    over = Agreed(calendar=Calendar((Period(NOW - HOUR, NOW),)))

    assert waits_until(later, ordered(), NOW) == NOW + HOUR
    assert refused(later, ordered(OutsideWindow.REFUSE)) is Reason.OUTSIDE_WINDOW
    assert refused(over, ordered()) is Reason.OUTSIDE_WINDOW


def test_tasks_on_one_target_share_its_pace() -> None:
    tasks = [Task(name, SHOP.id, "Shop", Stage.ASSESSMENT) for name in ("dns", "http", "tls")]
    tasks += [
        Task("ports", SHOP.id, "Shop", Stage.DISCOVERY),
        Task("http", identifiers.new(), "Blog", Stage.ASSESSMENT),
    ]
    limits = Limits(requests_per_second=50)

    assert paced(limits, Agreed(requests_per_second=30), tasks, tasks[1]).requests_per_second == 10
    assert paced(limits, Agreed(requests_per_second=30), tasks, tasks[3]).requests_per_second == 30
    assert paced(limits, Agreed(requests_per_second=900), tasks, tasks[3]).requests_per_second == 50
    assert paced(limits, Agreed(), tasks, tasks[0]) == paced(limits, None, tasks, tasks[0]) == limits
    assert least_share(Agreed(requests_per_second=30)) < 10 < least_share(None)
