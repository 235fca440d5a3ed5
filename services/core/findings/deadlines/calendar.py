"""Business calendars: when people work, and what that makes of a length of time.

Times are aware and in UTC; only the hours of a day are local. Where clocks are put forward, hours that don't exist
don't count; where they are put back, the hour that comes twice counts twice, for people work it twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

MINUTES_A_DAY = 24 * 60
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours of one weekday.

    Attributes:
        weekday: 1 for Monday to 7 for Sunday (ISO 8601).
        start: Minutes after midnight.
        end: Minutes after midnight, at most 1,440; later than the start.
    """

    weekday: int
    start: int
    end: int


@dataclass(frozen=True)
class Calendar:
    """When people work.

    Attributes:
        time_zone: A name of the IANA database.
        hours: Working hours, those of one day not overlapping.
        holidays: Days without work.
    """

    time_zone: str = "UTC"
    hours: tuple[Hours, ...] = ()
    holidays: frozenset[date] = frozenset()
    _known: dict[date, tuple["Span", ...]] = field(default_factory=dict, init=False, compare=False, repr=False)

    def open_on(self, day: date) -> tuple["Span", ...]:
        """Returns the working times of a local day, in order."""
        if day not in self._known:
            hours = () if day in self.holidays else self._by_weekday.get(day.isoweekday(), ())
            spans = (Span(self._moment(day, one.start), self._moment(day, one.end)) for one in hours)
            self._known[day] = tuple(span for span in spans if span.start < span.end)
        return self._known[day]

    def from_(self, moment: datetime) -> Iterator["Span"]:
        """Yields the working times from a moment on, in order, without an end.

        The calendar must have hours.
        """
        day = moment.astimezone(self._zone).date()
        while True:
            for span in self.open_on(day):
                if span.end > moment:
                    yield Span(max(span.start, moment), span.end)
            day += _DAY

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def _by_weekday(self) -> dict[int, tuple[Hours, ...]]:
        days: dict[int, tuple[Hours, ...]] = {}
        for one in sorted(self.hours, key=lambda hours: hours.start):
            days[one.weekday] = (*days.get(one.weekday, ()), one)
        return days

    def _moment(self, day: date, minutes: int) -> datetime:
        """Returns a local time in UTC; the end of a day is the beginning of the next."""
        whole, rest = divmod(minutes, MINUTES_A_DAY)
        local = datetime.combine(day + whole * _DAY, time(rest // 60, rest % 60), self._zone)
        return local.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """A time from a moment until another; without an end, it isn't over."""

    start: datetime
    end: datetime


def due(start: datetime, length: timedelta, calendar: Calendar | None, pauses: Sequence[Span] = ()) -> datetime:
    """Returns when a length of time is over.

    Args:
        start: When it begins.
        length: How long it is, more than nothing.
        calendar: When it runs; None for always.
        pauses: When it stands still; in order, not overlapping, each with an end.
    """
    for span in _running(start, calendar, pauses):
        here = span.end - span.start
        if here >= length:
            return span.start + length
        length -= here
    raise AssertionError("time has no end")


def elapsed(start: datetime, end: datetime, calendar: Calendar | None, pauses: Sequence[Span] = ()) -> timedelta:
    """Returns how much of the time between two moments counts; the inverse of `due`."""
    total = timedelta()
    for span in _running(start, calendar, pauses):
        if span.start >= end:
            break
        total += min(span.end, end) - span.start
    return total


def _running(start: datetime, calendar: Calendar | None, pauses: Sequence[Span]) -> Iterator[Span]:
    """Yields the times in which a clock runs, in order."""
    spans = calendar.from_(start) if calendar else _always(start)
    for span in spans:
        yield from _without(span, pauses)


def _always(start: datetime) -> Iterator[Span]:
    while True:
        # A pause may begin anywhere: any steps do.
        yield Span(start, start + 1000 * _DAY)
        start += 1000 * _DAY


def _without(span: Span, pauses: Sequence[Span]) -> Iterator[Span]:
    start = span.start
    for pause in pauses:
        if pause.end <= start or pause.start >= span.end:
            continue
        if pause.start > start:
            yield Span(start, pause.start)
        start = max(start, pause.end)
    if start < span.end:
        yield Span(start, span.end)
