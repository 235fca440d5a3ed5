"""When something may happen: windows, less what is blacked out once or every week by the clock on the wall.

Everything is half-open: a period holds its beginning and not its end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
"""Minutes of the clock in a day, which is also how `24:00` is written."""

_EVERY_DAY = tuple(range(7))
# A calendar in which nothing opens within so many periods never opens for practical purposes.
_MOST_STEPS = 2000


@dataclass(frozen=True, slots=True)
class Period:
    """A time with a beginning and an end, both with a time zone."""

    start: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        """Returns whether a moment is in it."""
        return self.start <= moment < self.end


@dataclass(frozen=True, slots=True)
class Weekly:
    """A time that comes back every week.

    Attributes:
        days: On which it begins, 0 for Monday to 6; every day where there is none.
        start: Minutes after midnight when it begins, 0 to 1439.
        end: Minutes after midnight when it is over, up to 1440; on the next day where it isn't after the beginning.
    """

    days: tuple[int, ...]
    start: int
    end: int

    def over_at(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """Returns when the occurrence that holds a moment is over; None where none does."""
        today = moment.astimezone(zone).date()
        for day in (today, today - timedelta(days=1)):
            if day.weekday() in (self.days or _EVERY_DAY):
                length = self.end - self.start if self.end > self.start else self.end + DAY_MINUTES - self.start
                begins = _wall(day.toordinal(), self.start, zone)
                ends = _wall(day.toordinal(), self.start + length, zone)
                if begins <= moment < ends:
                    return ends
        return None


@dataclass(frozen=True, slots=True)
class Calendar:
    """When something may happen.

    Attributes:
        windows: When it may; always where there is none.
        blackouts: When it may not, whatever the windows say.
        weekly: When it may not, every week.
        zone: The IANA time zone of what comes back every week.
    """

    windows: tuple[Period, ...] = ()
    blackouts: tuple[Period, ...] = ()
    weekly: tuple[Weekly, ...] = ()
    zone: str = "UTC"

    def is_open(self, moment: datetime) -> bool:
        """Returns whether it may happen at a moment."""
        return self.opens_at(moment) == moment

    def opens_at(self, moment: datetime) -> datetime | None:
        """Returns the first moment from `moment` on at which it may happen; None where it never may again."""
        zone = ZoneInfo(self.zone)
        for _ in range(_MOST_STEPS):
            later = self._barred_until(moment, zone)
            if later is None or later == moment:
                return later
            moment = later
        return None

    def _barred_until(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """Returns `moment` where nothing bars it, else the moment at which what bars it may be over."""
        if self.windows and not any(window.holds(moment) for window in self.windows):
            return min((window.start for window in self.windows if window.start > moment), default=None)
        for blackout in self.blackouts:
            if blackout.holds(moment):
                return blackout.end
        overs = [over for weekly in self.weekly if (over := weekly.over_at(moment, zone))]
        return max(overs, default=moment)


def dumped(calendar: Calendar) -> dict[str, Any]:
    """Returns a calendar as JSON has it."""
    return {
        "windows": [[period.start.isoformat(), period.end.isoformat()] for period in calendar.windows],
        "blackouts": [[period.start.isoformat(), period.end.isoformat()] for period in calendar.blackouts],
        "weekly": [[list(weekly.days), weekly.start, weekly.end] for weekly in calendar.weekly],
        "zone": calendar.zone,
    }


def loaded(stored: Mapping[str, Any]) -> Calendar:
    """Returns the calendar that `dumped` was given."""
    return Calendar(
        windows=tuple(_period(one) for one in stored["windows"]),
        blackouts=tuple(_period(one) for one in stored["blackouts"]),
        weekly=tuple(Weekly(tuple(days), start, end) for days, start, end in stored["weekly"]),
        zone=stored["zone"],
    )


def _period(stored: Sequence[str]) -> Period:
    return Period(datetime.fromisoformat(stored[0]), datetime.fromisoformat(stored[1]))


def _wall(day: int, minutes: int, zone: ZoneInfo) -> datetime:
    """Returns the moment at which the clock on the wall shows these minutes after a day's midnight."""
    days, minutes = divmod(minutes, DAY_MINUTES)
    clock = datetime.combine(datetime.fromordinal(day + days).date(), time(minutes // 60, minutes % 60), zone)
    return clock.astimezone(UTC)
