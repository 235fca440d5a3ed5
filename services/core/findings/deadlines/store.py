"""Deadline policies in PostgreSQL."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    Integer,
    Row,
    SmallInteger,
    Table,
    Uuid,
    any_,
    column,
    func,
    literal,
    select,
    table,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from services.core.findings.deadlines.calendar import Calendar, Hours
from services.core.findings.deadlines.domain import NO_POLICY, Allowance, Clock, Criticality, Policy, Stage
from services.core.findings.domain import Severity, State
from services.core.findings.tables import FINDINGS
from services.mesh.database import Unit
from services.mesh.tables import METADATA

_TIME = DateTime(timezone=True)

POLICIES = Table(
    "deadline_policies",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("policy", JSONB, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("reckoned_revision", Integer, nullable=False),
    Column("reckoned_at", DateTime(timezone=True)),
)

# Whatever organization it is of; the transaction sees its own only.
_TARGETS = table("targets", column("id", Uuid), column("criticality", SmallInteger), column("updated_at", _TIME))

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
    statement = insert(POLICIES).values(organization_id=unit.organization, reckoned_revision=0, **values)
    await unit.execute(statement.on_conflict_do_update(index_elements=["organization_id"], set_=values))


@dataclass(frozen=True, slots=True)
class Kept:
    """A finding's clock, None where it has none yet, and what it depends on."""

    finding: UUID
    clock: Clock | None
    state: State
    severity: Severity
    criticality: Criticality | None
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What has to be set anew.

    Attributes:
        revision: The policy that is to be followed.
        since: Only findings of targets that were changed after this; of all, where it is None.
        until: When it was asked.
    """

    revision: int
    since: datetime | None
    until: datetime


async def clocks(unit: Unit, identifiers: Sequence[UUID]) -> list[Kept]:
    """Returns the clocks of findings."""
    wanted = literal(list(identifiers), ARRAY(Uuid))
    return [_kept(row) for row in await unit.execute(_CLOCKS.where(FINDINGS.c.id == any_(wanted)))]


async def due(unit: Unit, now: datetime, limit: int) -> list[Kept]:
    """Returns clocks that have something to say, the longest due first."""
    statement = _CLOCKS.where(FINDINGS.c.clock_next_at <= now).order_by(FINDINGS.c.clock_next_at).limit(limit)
    return [_kept(row) for row in await unit.execute(statement)]


async def following(unit: Unit) -> datetime | None:
    """Returns when the next clock has something to say."""
    found: datetime | None = (await unit.execute(select(func.min(FINDINGS.c.clock_next_at)))).scalar_one()
    return found


async def write_clocks(unit: Unit, changed: Mapping[UUID, Clock]) -> None:
    """Writes clocks."""
    if changed:
        rows = [{"finding": finding, **_columns(clock)} for finding, clock in changed.items()]
        await unit.execute(_WRITE, {"rows": json.dumps(rows, default=str)})


async def to_reckon(unit: Unit) -> Reckoning | None:
    """Returns what has to be set anew: all, some targets' findings, or nothing."""
    row = (await unit.execute(_READ)).one()
    now = (await unit.execute(select(func.now()))).scalar_one()
    if row.reckoned_revision != row.revision:
        return Reckoning(row.revision, None, now)
    newest = (await unit.execute(select(func.max(_TARGETS.c.updated_at)))).scalar_one()
    changed = newest is not None and row.reckoned_at is not None and newest > row.reckoned_at
    return Reckoning(row.revision, row.reckoned_at, now) if changed else None


async def touched(unit: Unit, reckoning: Reckoning, after: UUID | None, limit: int) -> list[UUID]:
    """Returns some findings whose clocks have to be set anew, after one, by their identifiers."""
    statement = select(FINDINGS.c.id).order_by(FINDINGS.c.id).limit(limit)
    if after:
        statement = statement.where(FINDINGS.c.id > after)
    if reckoning.since:
        changed = select(_TARGETS.c.id).where(_TARGETS.c.updated_at > reckoning.since)
        statement = statement.where(FINDINGS.c.target_id.in_(changed))
    return list((await unit.execute(statement)).scalars())


async def reckoned(unit: Unit, reckoning: Reckoning) -> None:
    """Notes what was set anew."""
    await unit.execute(update(POLICIES).values(reckoned_revision=reckoning.revision, reckoned_at=reckoning.until))


_CLOCK = ("clock_started_at", "clock_pauses", "clock_ended_at", "clock_next_at", "clock_stage", "due_at")
_KEPT = (FINDINGS.c[name] for name in ("id", "state", "severity", "first_seen_at", *_CLOCK))
_CLOCKS = select(*_KEPT, _TARGETS.c.criticality).join_from(
    FINDINGS, _TARGETS, FINDINGS.c.target_id == _TARGETS.c.id, isouter=True
)
_WRITE = text(
    """
    UPDATE findings SET clock_started_at = row.started_at, clock_pauses = row.pauses, clock_ended_at = row.ended_at,
        clock_next_at = row.next_at, clock_stage = row.stage, due_at = row.due_at
    FROM json_to_recordset(CAST(:rows AS json)) AS row (
        finding uuid, started_at timestamptz, pauses timestamptz[], ended_at timestamptz, next_at timestamptz,
        stage smallint, due_at timestamptz
    )
    WHERE findings.id = row.finding
    """
)


def _kept(row: Row[Any]) -> Kept:
    begun = row.clock_started_at
    clock = begun and Clock(
        started_at=begun,
        pauses=tuple(row.clock_pauses),
        due_at=row.due_at,
        next_at=row.clock_next_at,
        stage=Stage(row.clock_stage),
        ended_at=row.clock_ended_at,
    )
    criticality = Criticality(row.criticality) if row.criticality else None
    return Kept(row.id, clock, State(row.state), Severity(row.severity), criticality, row.first_seen_at)


def _columns(clock: Clock) -> dict[str, Any]:
    return {
        "started_at": clock.started_at,
        "pauses": list(clock.pauses),
        "ended_at": clock.ended_at,
        "next_at": clock.next_at,
        "stage": clock.stage.value,
        "due_at": clock.due_at,
    }


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
