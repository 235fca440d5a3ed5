"""Deadline policies in PostgreSQL."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Column, DateTime, Integer, Table, Uuid, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from services.core.findings.deadlines.calendar import Calendar, Hours
from services.core.findings.deadlines.domain import NO_POLICY, Allowance, Criticality, Policy
from services.core.findings.domain import Severity
from services.mesh.database import Unit
from services.mesh.tables import METADATA

POLICIES = Table(
    "deadline_policies",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("policy", JSONB, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("revision", Integer, nullable=False),
)

_READ = select(POLICIES)


async def policy(unit: Unit) -> Policy:
    """Returns the organization's policy."""
    row = (await unit.execute(_READ)).one_or_none()
    if row is None:
        return NO_POLICY
    content = row.policy
    return Policy(
        allowances=dict(_allowance(entry) for entry in content["allowances"]),
        calendar=_calendar(content["calendar"]),
        warning=timedelta(seconds=content["warning"]),
        updated_at=row.updated_at,
        revision=row.revision,
    )


async def save(unit: Unit, policy: Policy) -> None:
    """Writes the organization's policy."""
    values = {"policy": _content(policy), "updated_at": policy.updated_at, "revision": policy.revision}
    statement = insert(POLICIES).values(organization_id=unit.organization, **values)
    await unit.execute(statement.on_conflict_do_update(index_elements=["organization_id"], set_=values))


def _content(policy: Policy) -> dict[str, Any]:
    calendar = policy.calendar
    return {
        "allowances": [
            [severity.value, criticality and criticality.value, one.amount, one.in_business_hours]
            for (severity, criticality), one in policy.allowances.items()
        ],
        "calendar": {
            "time_zone": calendar.time_zone,
            "hours": [[one.weekday, one.start, one.end] for one in calendar.hours],
            "holidays": sorted(day.isoformat() for day in calendar.holidays),
        },
        "warning": policy.warning.total_seconds(),
    }


def _allowance(entry: list[Any]) -> tuple[tuple[Severity, Criticality | None], Allowance]:
    severity, criticality, amount, in_business_hours = entry
    return (Severity(severity), criticality and Criticality(criticality)), Allowance(amount, in_business_hours)


def _calendar(content: dict[str, Any]) -> Calendar:
    hours = tuple(Hours(*entry) for entry in content["hours"])
    return Calendar(content["time_zone"], hours, frozenset(map(date.fromisoformat, content["holidays"])))
