"""Business calendars: daylight saving, holidays, pauses; and that `elapsed` undoes `due`."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.findings.deadlines.calendar import Calendar, Hours, Span, due, elapsed

WEEK = tuple(Hours(day, 9 * 60, 17 * 60) for day in range(1, 6))
BERLIN = Calendar("Europe/Berlin", WEEK)
NIGHT = Calendar("Europe/Berlin", tuple(Hours(day, 60, 240) for day in range(1, 8)))
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def hours(number: float) -> timedelta:
    return number * HOUR


@pytest.mark.parametrize(
    ("calendar", "start", "length", "end"),
    [
        pytest.param(None, "2026-03-28T12:00+01:00", 24, "2026-03-29T13:00+02:00", id="a day is 24 hours"),
        pytest.param(BERLIN, "2026-01-05T09:00+01:00", 8, "2026-01-05T17:00+01:00", id="a whole day"),
        pytest.param(BERLIN, "2026-01-05T16:00+01:00", 2, "2026-01-06T10:00+01:00", id="over night"),
        pytest.param(BERLIN, "2026-01-09T16:30+01:00", 1, "2026-01-12T09:30+01:00", id="over a weekend"),
        pytest.param(BERLIN, "2026-01-10T12:00+01:00", 1, "2026-01-12T10:00+01:00", id="from a Saturday"),
        pytest.param(BERLIN, "2026-03-27T16:00+01:00", 2, "2026-03-30T10:00+02:00", id="into summer time"),
        pytest.param(NIGHT, "2026-03-29T00:00+01:00", 2, "2026-03-29T04:00+02:00", id="an hour that isn't there"),
        pytest.param(NIGHT, "2026-10-25T00:00+02:00", 4, "2026-10-25T04:00+01:00", id="an hour that comes twice"),
    ],
)
def test_when_time_is_over(calendar: Calendar | None, start: str, length: float, end: str) -> None:
    assert due(at(start), hours(length), calendar) == at(end)


def test_nobody_works_on_a_holiday() -> None:
    calendar = Calendar("Europe/Berlin", WEEK, frozenset({date(2026, 12, 25), date(2026, 12, 28)}))
    assert due(at("2026-12-24T16:00+01:00"), hours(2), calendar) == at("2026-12-29T10:00+01:00")


def test_a_holiday_is_one_of_the_time_zone() -> None:
    calendar = Calendar("Pacific/Auckland", WEEK, frozenset({date(2026, 1, 2)}))
    # The second of January begins on the first, by UTC.
    assert due(at("2026-01-01T12:00+00:00"), hours(1), calendar) == at("2026-01-05T10:00+13:00")


def test_a_pause_counts_only_where_people_would_have_worked() -> None:
    night = Span(at("2026-01-05T20:00+01:00"), at("2026-01-06T05:00+01:00"))
    lunch = Span(at("2026-01-06T12:00+01:00"), at("2026-01-06T14:00+01:00"))
    start = at("2026-01-05T16:00+01:00")
    assert due(start, hours(5), BERLIN, [night]) == at("2026-01-06T13:00+01:00")
    assert due(start, hours(5), BERLIN, [night, lunch]) == at("2026-01-06T15:00+01:00")


def test_the_end_of_a_day_is_the_beginning_of_the_next() -> None:
    always = Calendar("Europe/Berlin", tuple(Hours(day, 0, 1440) for day in range(1, 8)))
    start = at("2026-03-28T12:34+01:00")
    assert due(start, hours(500), always) == start + hours(500)


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis wants them so


@st.composite
def calendars(draw: st.DrawFn) -> Calendar | None:
    """Calendars with one or two times of work on some days of the week; None now and then."""
    days = draw(st.sets(st.integers(1, 7), max_size=7))
    found = []
    for day in days:
        edges = sorted(draw(st.sets(st.integers(0, 1440), min_size=4, max_size=4)))
        found += [Hours(day, edges[0], edges[1]), Hours(day, edges[2], edges[3])]
    holidays = draw(st.frozensets(st.dates(date(2024, 1, 1), date(2029, 1, 1)), max_size=5))
    return Calendar(draw(ZONES), tuple(found), holidays) if found else None


@st.composite
def pauses(draw: st.DrawFn) -> tuple[Span, ...]:
    """Pauses in order that don't overlap."""
    edges = sorted(draw(st.sets(MOMENTS, max_size=6)))
    return tuple(Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False))


@settings(deadline=None)
@given(MOMENTS, st.integers(1, 20_000), calendars(), pauses())
def test_as_much_has_passed_when_time_is_over(
    start: datetime, minutes: int, calendar: Calendar | None, paused: Sequence[Span]
) -> None:
    length = timedelta(minutes=minutes)
    end = due(start, length, calendar, paused)
    assert elapsed(start, end, calendar, paused) == length
    assert elapsed(start, end - timedelta(seconds=1), calendar, paused) < length


@settings(deadline=None)
@given(MOMENTS, st.integers(1, 20_000), st.integers(1, 20_000), calendars(), pauses())
def test_time_adds_up(start: datetime, one: int, other: int, calendar: Calendar | None, paused: Sequence[Span]) -> None:
    first, second = timedelta(minutes=one), timedelta(minutes=other)
    between = due(start, first, calendar, paused)
    assert due(between, second, calendar, paused) == due(start, first + second, calendar, paused)


@settings(deadline=None)
@given(MOMENTS, st.integers(1, 5_000), calendars(), pauses())
def test_a_pause_never_makes_it_sooner_and_nothing_ends_outside_of_work(
    start: datetime, minutes: int, calendar: Calendar | None, paused: Sequence[Span]
) -> None:
    length = timedelta(minutes=minutes)
    end = due(start, length, calendar, paused)
    assert end >= due(start, length, calendar) >= start + length
    assert not any(pause.start < end <= pause.end for pause in paused)
    if calendar:
        local = [day for offset in (-1, 0, 1) for day in calendar.open_on((end + offset * timedelta(days=1)).date())]
        assert any(span.start < end <= span.end for span in local)


def test_many_hours_take_no_time_to_add() -> None:
    begun = datetime.now(UTC)
    for minute in range(200):
        due(datetime.combine(date(2026, 1, 1), time(), UTC) + timedelta(minutes=minute), hours(2_000), BERLIN)
    assert datetime.now(UTC) - begun < timedelta(seconds=5)
