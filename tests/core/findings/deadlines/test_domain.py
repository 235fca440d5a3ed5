"""What a policy makes of a finding's clock."""

from datetime import UTC, datetime, timedelta

import pytest

from services.core.findings.deadlines.calendar import Calendar, Hours
from services.core.findings.deadlines.domain import (
    NO_POLICY,
    Allowance,
    Clock,
    Criticality,
    Policy,
    Stage,
    Standing,
    set_,
    tick,
)
from services.core.findings.domain import Severity
from services.mesh.errors import Failure, Reason

START = datetime(2026, 1, 5, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = Policy(
    {
        (Severity.HIGH, None): Allowance(10),
        (Severity.HIGH, Criticality.CRITICAL): Allowance(5),
        (Severity.LOW, Criticality.CRITICAL): Allowance(90),
    },
    warning=2 * DAY,
)


def clock_at(days: float, clock: Clock | None = None, standing: Standing = Standing.RUNS, **other: object) -> Clock:
    """The clock of a grave finding on a target that nobody has rated, or other ones, some days after its start."""
    given: dict[str, object] = {
        "policy": POLICY,
        "severity": Severity.HIGH,
        "criticality": Criticality.CRITICALITY_UNSPECIFIED,
        **other,
    }
    return set_(clock or Clock(START), standing, now=START + days * DAY, **given)  # type: ignore[arg-type] # of the types above


def test_what_is_allowed() -> None:
    assert clock_at(0).due_at == START + 10 * DAY
    assert clock_at(0, criticality=Criticality.LOW).due_at == START + 10 * DAY
    assert clock_at(0, criticality=Criticality.CRITICAL).due_at == START + 5 * DAY
    assert clock_at(0, severity=Severity.LOW, criticality=Criticality.CRITICAL).due_at == START + 90 * DAY
    for nothing in (clock_at(0, severity=Severity.LOW), clock_at(0, policy=NO_POLICY)):
        assert (nothing.due_at, nothing.next_at) == (None, None)


def test_a_clock_warns_and_then_says_that_time_is_up() -> None:
    running = clock_at(0)
    assert (running.stage, running.next_at) == (Stage.RUNNING, START + 8 * DAY)
    warned = tick(running, POLICY, START + 8 * DAY)
    assert (warned.stage, warned.next_at) == (Stage.WARNED, START + 10 * DAY)
    late = tick(warned, POLICY, START + 10 * DAY)
    assert (late.stage, late.next_at, late.due_at) == (Stage.BREACHED, None, START + 10 * DAY)


def test_a_clock_without_a_warning() -> None:
    policy = Policy(POLICY.allowances)
    assert clock_at(0, policy=policy).next_at == START + 10 * DAY


def test_a_clock_stands_still_while_a_re_test_is_waited_for() -> None:
    waiting = clock_at(4, clock_at(0), Standing.WAITS)
    assert (waiting.paused, waiting.due_at, waiting.next_at) == (True, None, None)
    assert clock_at(5, waiting, Standing.WAITS) == waiting
    on = clock_at(7, waiting)
    assert (on.paused, on.due_at) == (False, START + 13 * DAY)
    again = clock_at(9, clock_at(8, on, Standing.WAITS))
    assert again.due_at == START + 14 * DAY


def test_a_clock_that_is_over_keeps_its_due_time() -> None:
    over = clock_at(3, clock_at(0), Standing.OVER)
    assert (over.due_at, over.next_at, over.stage) == (START + 10 * DAY, None, Stage.RUNNING)
    assert clock_at(4, over, Standing.OVER) == over


def test_what_comes_back_has_its_whole_time() -> None:
    back = clock_at(4, clock_at(3, clock_at(0), Standing.OVER))
    assert (back.due_at, back.ended_at) == (START + 14 * DAY, None)


def test_a_clock_that_ends_while_it_stands_still_has_a_due_time_again() -> None:
    over = clock_at(5, clock_at(4, clock_at(0), Standing.WAITS), Standing.OVER)
    assert (over.due_at, over.stage) == (START + 11 * DAY, Stage.RUNNING)


def test_more_time_takes_a_breach_back_and_less_makes_one() -> None:
    late = clock_at(11, clock_at(0))
    assert late.stage is Stage.BREACHED
    longer = Policy({(Severity.HIGH, None): Allowance(30)})
    assert clock_at(12, late, policy=longer).stage is Stage.RUNNING
    assert clock_at(6, clock_at(0), criticality=Criticality.CRITICAL).stage is Stage.BREACHED


def test_business_hours() -> None:
    hours = tuple(Hours(day, 9 * 60, 17 * 60) for day in range(1, 6))
    policy = Policy({(Severity.HIGH, None): Allowance(16, in_business_hours=True)}, Calendar("UTC", hours))
    assert clock_at(0, policy=policy).due_at == datetime(2026, 1, 6, 17, tzinfo=UTC)


def test_business_hours_need_some() -> None:
    with pytest.raises(Failure, match="working hours") as caught:
        NO_POLICY.changed(START, allowances={(Severity.HIGH, None): Allowance(16, in_business_hours=True)})
    assert caught.value.reason is Reason.INVALID_FIELD
    assert NO_POLICY.changed(START, warning=DAY).revision == 1
