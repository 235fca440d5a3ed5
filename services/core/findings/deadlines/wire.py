"""Deadline policies on the wire."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from google.protobuf.duration_pb2 import Duration
from xorb.core.v1 import deadline_pb2

from services.core.findings.deadlines.calendar import MINUTES_A_DAY, Calendar, Hours
from services.core.findings.deadlines.domain import Allowance, Criticality, Policy
from services.core.findings.domain import Severity
from services.mesh import etags, names
from services.mesh.errors import invalid_field

POLICY = "organizations/{organization}/deadlinePolicy"
_CALENDAR = "deadline_policy.calendar"
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def etag(organization: UUID, policy: Policy) -> str:
    """Returns a policy's etag."""
    return etags.etag(organization, policy.revision)


def message(organization: UUID, policy: Policy) -> deadline_pb2.DeadlinePolicy:
    """Returns a policy as the contract has it."""
    return deadline_pb2.DeadlinePolicy(
        name=names.join("organizations", organization, "deadlinePolicy"),
        allowances=[
            _allowance(severity, criticality, allowance)
            for (severity, criticality), allowance in sorted(policy.allowances.items(), key=_order)
        ],
        calendar=deadline_pb2.BusinessCalendar(
            time_zone=policy.calendar.time_zone,
            hours=[
                deadline_pb2.WorkingHours(weekday=one.weekday, start=_clock(one.start), end=_clock(one.end))
                for one in policy.calendar.hours
            ],
            holidays=sorted(day.isoformat() for day in policy.calendar.holidays),
        ),
        warning=policy.warning,
        update_time=policy.updated_at,
        etag=etag(organization, policy),
    )


def changes(sent: deadline_pb2.DeadlinePolicy, fields: Iterable[str]) -> dict[str, Any]:
    """Returns what a request makes of some fields, by their names in the domain.

    Raises:
        Failure: INVALID_FIELD; one of them doesn't mean anything.
    """
    return {field: _READ[field](sent) for field in fields}


def _order(entry: tuple[tuple[Severity, Criticality | None], Allowance]) -> tuple[int, int]:
    (severity, criticality), _ = entry
    return -severity, -(criticality or 0)


def _allowance(severity: Severity, criticality: Criticality | None, allowance: Allowance) -> deadline_pb2.Allowance:
    unit = "business_hours" if allowance.in_business_hours else "days"
    named = criticality.name if criticality else None
    return deadline_pb2.Allowance(severity=severity.name, criticality=named, **{unit: allowance.amount})


def _allowances(
    sent: Iterable[deadline_pb2.Allowance],
) -> dict[tuple[Severity, Criticality | None], Allowance]:
    found: dict[tuple[Severity, Criticality | None], Allowance] = {}
    for one in sent:
        key = Severity(one.severity), Criticality(one.criticality) if one.criticality else None
        if key in found:
            raise invalid_field("deadline_policy.allowances", "two are of the same severity and criticality")
        in_hours = one.WhichOneof("time") == "business_hours"
        found[key] = Allowance(one.business_hours if in_hours else one.days, in_hours)
    return found


def _calendar(sent: deadline_pb2.BusinessCalendar) -> Calendar:
    zone = sent.time_zone or "UTC"
    if zone not in available_timezones():
        raise invalid_field(f"{_CALENDAR}.time_zone", "the IANA database has no time zone of this name")
    hours = tuple(sorted(map(_hours, sent.hours), key=lambda one: (one.weekday, one.start)))
    for one, following in pairwise(hours):
        if one.weekday == following.weekday and one.end > following.start:
            raise invalid_field(f"{_CALENDAR}.hours", f"two of weekday {one.weekday} overlap")
    return Calendar(zone, hours, frozenset(map(_day, sent.holidays)))


def _hours(sent: deadline_pb2.WorkingHours) -> Hours:
    start, end = _minutes(sent.start), _minutes(sent.end)
    if start >= end:
        raise invalid_field(f"{_CALENDAR}.hours", f"{sent.start} isn't before {sent.end}")
    return Hours(sent.weekday, start, end)


def _minutes(text: str) -> int:
    if not _TIME.fullmatch(text):
        raise invalid_field(f"{_CALENDAR}.hours", "a time of day is written as 09:00, the end of the day as 24:00")
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _clock(minutes: int) -> str:
    assert minutes <= MINUTES_A_DAY  # noqa: S101 - what is stored was read by `_minutes`
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _day(text: str) -> date:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise invalid_field(f"{_CALENDAR}.holidays", "a day is written as 2026-12-25")


def _duration(sent: Duration) -> timedelta:
    return timedelta(seconds=sent.seconds, microseconds=sent.nanos // 1000)


_READ: Mapping[str, Callable[[deadline_pb2.DeadlinePolicy], Any]] = MappingProxyType(
    {
        "allowances": lambda sent: _allowances(sent.allowances),
        "calendar": lambda sent: _calendar(sent.calendar),
        "warning": lambda sent: _duration(sent.warning),
    }
)
