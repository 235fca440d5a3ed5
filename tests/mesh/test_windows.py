"""Windows, blackouts and the clock on the wall."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.mesh.windows import Calendar, Period, Weekly

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)


def test_without_windows_it_is_always_open() -> None:
    assert Calendar().is_open(NOON)


def test_a_window_holds_its_beginning_and_not_its_end() -> None:
    calendar = Calendar(windows=(Period(NOON, NOON + HOUR),))

    assert calendar.is_open(NOON)
    assert not calendar.is_open(NOON + HOUR)
    assert calendar.opens_at(NOON - HOUR) == NOON
    assert calendar.opens_at(NOON + HOUR) is None


def test_a_blackout_takes_precedence() -> None:
    calendar = Calendar(
        (Period(NOON, NOON + 3 * HOUR),), (Period(NOON, NOON + HOUR), Period(NOON + HOUR, NOON + 2 * HOUR))
    )

    assert calendar.opens_at(NOON) == NOON + 2 * HOUR
    assert Calendar((Period(NOON, NOON + HOUR),), (Period(NOON, NOON + HOUR),)).opens_at(NOON) is None


def test_what_comes_every_week_goes_by_the_clock_on_the_wall() -> None:
    office = Weekly((0, 1, 2, 3, 4), 9 * 60, 17 * 60)
    calendar = Calendar(weekly=(office,), zone="Europe/Vienna")

    # At noon UTC it is two o'clock in Vienna in summer, and one in winter.
    assert calendar.opens_at(NOON) == datetime(2026, 6, 1, 15, tzinfo=UTC)
    assert calendar.opens_at(datetime(2026, 1, 5, 12, tzinfo=UTC)) == datetime(2026, 1, 5, 16, tzinfo=UTC)
    assert calendar.is_open(datetime(2026, 6, 6, 12, tzinfo=UTC))


def test_what_ends_after_midnight_began_the_day_before() -> None:
    nights = Calendar(weekly=(Weekly((0,), 22 * 60, 6 * 60),))

    assert nights.is_open(datetime(2026, 6, 1, 5, tzinfo=UTC))
    assert nights.opens_at(datetime(2026, 6, 2, 5, tzinfo=UTC)) == datetime(2026, 6, 2, 6, tzinfo=UTC)
    assert nights.is_open(datetime(2026, 6, 3, 5, tzinfo=UTC))


def test_an_hour_that_the_clock_leaves_out_bars_nothing_for_ever() -> None:
    spring = datetime(2026, 3, 29, 1, tzinfo=ZoneInfo("Europe/Vienna"))
    calendar = Calendar(weekly=(Weekly((6,), 2 * 60, 3 * 60),), zone="Europe/Vienna")

    assert calendar.opens_at(spring) is not None
    assert calendar.is_open(spring + 3 * HOUR)


def test_what_is_always_barred_never_opens() -> None:
    assert Calendar(weekly=(Weekly((), 0, 24 * 60),)).opens_at(NOON) is None
