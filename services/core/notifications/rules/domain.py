"""What a rule is, of what it tells, and when a digest is due."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from fnmatch import fnmatchcase
from uuid import UUID
from zoneinfo import ZoneInfo

from services.mesh.errors import Failure, Reason, invalid_field

MOST = 100
"""How many rules an organization may have."""
SEVERITIES: Mapping[str, int] = {"INFO": 1, "LOW": 2, "MEDIUM": 3, "HIGH": 4, "CRITICAL": 5}
"""Severities by name, from the least."""
OWN = "notification_"
"""What types of events begin with that tell of notifications themselves: telling those would never end."""
_TYPE = re.compile(r"[a-z_*]+(\.[a-z_*]+)?")
_STATE = re.compile(r"[A-Z][A-Z_]*")


class Frequency(IntEnum):
    """When a rule tells, numbered as in the contract."""

    IMMEDIATE = 1
    HOURLY = 2
    DAILY = 3
    WEEKLY = 4


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a rule tells.

    Attributes:
        frequency: How often.
        time_zone: The zone of the other two (IANA).
        hour: Of a daily or weekly digest, 0 to 23.
        weekday: Of a weekly one, 1 for Monday.
    """

    frequency: Frequency = Frequency.IMMEDIATE
    time_zone: str = "UTC"
    hour: int = 0
    weekday: int = 1

    def due(self, now: datetime) -> datetime:
        """Returns when what happens now is told: the first such moment after it.

        An hour that a change of clocks leaves out counts as the one after it.
        """
        if self.frequency is Frequency.IMMEDIATE:
            return now
        if self.frequency is Frequency.HOURLY:
            return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        zone = ZoneInfo(self.time_zone)
        local = now.astimezone(zone)
        for days in range(9):
            day = local.date() + timedelta(days=days)
            moment = datetime(day.year, day.month, day.day, self.hour, tzinfo=zone).astimezone(UTC)
            if moment > now and (self.frequency is Frequency.DAILY or day.isoweekday() == self.weekday):
                return moment
        raise AssertionError("a week has every day")


@dataclass(frozen=True, slots=True)
class Criteria:
    """Of what a rule tells.

    Attributes:
        event_types: Types of events, `*` for any text.
        minimum_severity: The least of `SEVERITIES`; 0 for all, and for what has none.
        targets: Names of targets; all where empty.
        states: Of the resource after the event; any where empty.
        filter: What else must hold (AIP-160).
    """

    event_types: tuple[str, ...]
    minimum_severity: int = 0
    targets: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    filter: str = ""

    def meets(self, facts: Mapping[str, object]) -> bool:
        """Returns whether an event meets them all but the filter."""
        kind = str(facts["type"])
        if kind.startswith(OWN) or not any(fnmatchcase(kind, pattern) for pattern in self.event_types):
            return False
        if SEVERITIES.get(str(facts.get("severity")), 0) < self.minimum_severity:
            return False
        if self.targets and not {facts.get("target"), facts["resource"]} & set(self.targets):
            return False
        return not self.states or facts.get("state") in self.states


@dataclass(frozen=True, slots=True)
class Rule:
    """Of what an organization is told, by which channels, and when.

    Attributes:
        readable: The permissions to read that whoever last changed it has: it tells of nothing else.
        revision: How often it was changed, from 1.
    """

    id: UUID
    display_name: str
    disabled: bool
    criteria: Criteria
    channels: tuple[UUID, ...]
    schedule: Schedule
    readable: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    revision: int = 1


def checked(rule: Rule) -> Rule:
    """Returns a rule that can be kept.

    Raises:
        Failure: INVALID_FIELD.
    """
    criteria = rule.criteria
    _require("event_types", bool(criteria.event_types), "name at least one type of events, such as finding.created")
    for kind in criteria.event_types:
        well = _TYPE.fullmatch(kind) is not None and not kind.startswith(OWN)
        _require("event_types", well, f"{kind[:60]!r} is no type of events such as finding.created or finding.*")
    for state in criteria.states:
        _require("states", _STATE.fullmatch(state) is not None, f"{state[:60]!r} is no state such as OPEN")
    _require("channels", bool(rule.channels), "name at least one channel")
    _require("time_zone", _is_zone(rule.schedule.time_zone), "there is no such time zone; one is Europe/Berlin")
    return rule


def touched(rule: Rule, now: datetime) -> Rule:
    """Returns the rule as changed at a time."""
    return replace(rule, updated_at=now, revision=rule.revision + 1)


def readable(permissions: Iterable[str]) -> tuple[str, ...]:
    """Returns those of somebody's permissions that let them read."""
    return tuple(sorted(one for one in permissions if one.endswith(".read")))


def require_room(count: int) -> None:
    """Checks that an organization may have another rule.

    Raises:
        Failure: QUOTA_EXCEEDED.
    """
    if count >= MOST:
        raise Failure(Reason.QUOTA_EXCEEDED, f"An organization may have {MOST} rules.")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # Unknown; a path; a folder.
        return False
    return True


def _require(field: str, holds: bool, text: str) -> None:
    if not holds:
        raise invalid_field(f"notification_rule.{field}", text)
