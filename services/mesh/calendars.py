"""Windows and blackouts on the wire."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from zoneinfo import available_timezones

from google.protobuf.timestamp_pb2 import Timestamp
from xorb.common.v1 import calendar_pb2

from services.mesh.errors import invalid_field
from services.mesh.windows import DAY_MINUTES, Calendar, Period, Weekly

_UTC = "UTC"


def calendar(
    path: str,
    zone: str,
    windows: Sequence[calendar_pb2.Period],
    blackouts: Sequence[calendar_pb2.Period],
    weekly: Iterable[calendar_pb2.WeeklyPeriod],
) -> Calendar:
    """Returns the calendar in a request.

    Args:
        path: Of the message that its fields are of, such as `engagement`.
        zone: The IANA time zone; UTC where it is empty.
        windows: When something may happen.
        blackouts: When it may not.
        weekly: When it may not, every week.

    Raises:
        Failure: INVALID_FIELD; there is no such time zone, or a period ends before it begins.
    """
    if zone and zone not in _zones():
        raise invalid_field(f"{path}.time_zone", f"{zone!r} isn't a time zone of the IANA's database")
    return Calendar(
        windows=tuple(_period(f"{path}.windows", one) for one in windows),
        blackouts=tuple(_period(f"{path}.blackouts", one) for one in blackouts),
        weekly=tuple(Weekly(_days(one), _minutes(one.start), _minutes(one.end)) for one in weekly),
        zone=zone or _UTC,
    )


def period(value: Period) -> calendar_pb2.Period:
    """Returns a period as the contract has it."""
    return calendar_pb2.Period(start_time=value.start, end_time=value.end)


def weekly(value: Weekly) -> calendar_pb2.WeeklyPeriod:
    """Returns what comes back every week as the contract has it."""
    days = [calendar_pb2.WeeklyPeriod.Day.Name(day + 1) for day in value.days]
    return calendar_pb2.WeeklyPeriod(days=days, start=_clock(value.start), end=_clock(value.end))


def moment(time: Timestamp) -> datetime:
    """Returns a time that the platform itself has written."""
    return time.ToDatetime(UTC)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _period(path: str, sent: calendar_pb2.Period) -> Period:
    start, end = _moment(path, sent.start_time), _moment(path, sent.end_time)
    if end <= start:
        raise invalid_field(path, "a period ends after its beginning")
    return Period(start, end)


def _moment(path: str, time: Timestamp) -> datetime:
    try:
        return time.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise invalid_field(path, "not a time of the calendar") from error


def _days(sent: calendar_pb2.WeeklyPeriod) -> tuple[int, ...]:
    return tuple(sorted(int(day) - 1 for day in sent.days))


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _clock(minutes: int) -> str:
    return "24:00" if minutes == DAY_MINUTES else f"{minutes // 60:02}:{minutes % 60:02}"
