"""Rules in PostgreSQL, and what waits for their digests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    Row,
    Select,
    SmallInteger,
    Table,
    Text,
    Uuid,
    any_,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from services.core.notifications.rules.domain import Criteria, Frequency, Rule, Schedule
from services.mesh.database import Unit
from services.mesh.filters import Field
from services.mesh.tables import METADATA

RULES = Table(
    "notification_rules",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("event_types", ARRAY(Text), nullable=False),
    Column("minimum_severity", SmallInteger, nullable=False),
    Column("targets", ARRAY(Text), nullable=False),
    Column("states", ARRAY(Text), nullable=False),
    Column("filter", Text, nullable=False),
    Column("channels", ARRAY(Uuid), nullable=False),
    Column("frequency", SmallInteger, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("hour", SmallInteger, nullable=False),
    Column("weekday", SmallInteger, nullable=False),
    Column("readable", ARRAY(Text), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("revision", Integer, nullable=False),
)

ITEMS = Table(
    "notification_digest_items",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("rule_id", Uuid, primary_key=True),
    Column("channel_id", Uuid, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("transaction", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("content", JSONB, nullable=False),
)

FIELDS = {
    "display_name": Field(RULES.c.display_name, "text"),
    "disabled": Field(RULES.c.disabled, "flag"),
    "frequency": Field(RULES.c.frequency, "enum", values={one.name: one.value for one in Frequency}),
    "create_time": Field(RULES.c.created_at, "time"),
}
"""What lists are filtered and sorted by."""

ALL: Select[Any] = select(RULES)
"""The statement for all rules that the transaction sees."""


@dataclass(frozen=True, slots=True)
class Item:
    """An event that waits for a digest.

    Attributes:
        place: Its position in the log.
        content: What the digest says of it.
    """

    rule: UUID
    channel: UUID
    event: UUID
    due_at: datetime
    place: tuple[int, int]
    content: Mapping[str, Any]


async def add(unit: Unit, rule: Rule) -> None:
    """Adds a rule."""
    await unit.execute(insert(RULES), {"organization_id": unit.organization, **_values(rule)})


async def get(unit: Unit, identifier: UUID) -> Rule | None:
    """Returns a rule."""
    row = (await unit.execute(ALL.where(RULES.c.id == identifier))).one_or_none()
    return rule(row) if row else None


async def enabled(unit: Unit) -> list[Rule]:
    """Returns the rules that tell something."""
    return [rule(row) for row in await unit.execute(ALL.where(RULES.c.disabled.is_(False)).order_by(RULES.c.id))]


async def count(unit: Unit) -> int:
    """Returns how many rules the organization has."""
    return int((await unit.execute(select(func.count()).select_from(RULES))).scalar_one())


async def names_channel(unit: Unit, channel: UUID) -> bool:
    """Returns whether a rule tells by a channel."""
    found = select(RULES.c.id).where(any_(RULES.c.channels) == channel).limit(1)
    return (await unit.execute(found)).one_or_none() is not None


async def save(unit: Unit, changed: Rule) -> None:
    """Writes a changed rule."""
    await unit.execute(update(RULES).where(RULES.c.id == changed.id).values(_values(changed)))


async def remove(unit: Unit, identifier: UUID) -> None:
    """Removes a rule, and what waits for its digest."""
    await unit.execute(delete(RULES).where(RULES.c.id == identifier))


async def hold(unit: Unit, items: Sequence[Item]) -> None:
    """Adds what waits for digests; what is there already stays as it is."""
    if items:
        rows = [
            {
                "organization_id": unit.organization,
                "rule_id": item.rule,
                "channel_id": item.channel,
                "event_id": item.event,
                "due_at": item.due_at,
                "transaction": item.place[0],
                "sequence": item.place[1],
                "content": dict(item.content),
            }
            for item in items
        ]
        await unit.execute(insert(ITEMS).on_conflict_do_nothing(), rows)


async def due_digests(unit: Unit, now: datetime) -> list[tuple[UUID, UUID, datetime]]:
    """Returns the digests that are due, with rule, channel and the time that they were due at."""
    found = select(ITEMS.c.rule_id, ITEMS.c.channel_id, ITEMS.c.due_at).where(ITEMS.c.due_at <= now).distinct()
    rows = await unit.execute(found.order_by(ITEMS.c.due_at, ITEMS.c.rule_id, ITEMS.c.channel_id))
    return [(row.rule_id, row.channel_id, row.due_at) for row in rows]


async def take(unit: Unit, digest: tuple[UUID, UUID, datetime], most: int) -> tuple[list[Item], int]:
    """Removes what waits for a digest; returns the first of it, at most so many, and how much it was in all."""
    mine = (ITEMS.c.rule_id == digest[0]) & (ITEMS.c.channel_id == digest[1]) & (ITEMS.c.due_at == digest[2])
    statement = select(ITEMS).where(mine).order_by(ITEMS.c.transaction, ITEMS.c.sequence).limit(most)
    items = [
        Item(row.rule_id, row.channel_id, row.event_id, row.due_at, (row.transaction, row.sequence), row.content)
        for row in await unit.execute(statement)
    ]
    removed = await unit.execute(delete(ITEMS).where(mine))
    return items, int(removed.rowcount)


async def next_due(unit: Unit) -> datetime | None:
    """Returns when the next digest is due; None where nothing waits."""
    found: datetime | None = (await unit.execute(select(func.min(ITEMS.c.due_at)))).scalar_one()
    return found


def rule(row: Row[Any]) -> Rule:
    """Returns a row as a rule."""
    return Rule(
        id=row.id,
        display_name=row.display_name,
        disabled=row.disabled,
        criteria=Criteria(
            tuple(row.event_types), row.minimum_severity, tuple(row.targets), tuple(row.states), row.filter
        ),
        channels=tuple(row.channels),
        schedule=Schedule(Frequency(row.frequency), row.time_zone, row.hour, row.weekday),
        readable=tuple(row.readable),
        created_at=row.created_at,
        updated_at=row.updated_at,
        revision=row.revision,
    )


def _values(rule: Rule) -> dict[str, Any]:
    criteria, schedule = rule.criteria, rule.schedule
    return {
        "id": rule.id,
        "display_name": rule.display_name,
        "disabled": rule.disabled,
        "event_types": list(criteria.event_types),
        "minimum_severity": criteria.minimum_severity,
        "targets": list(criteria.targets),
        "states": list(criteria.states),
        "filter": criteria.filter,
        "channels": list(rule.channels),
        "frequency": schedule.frequency.value,
        "time_zone": schedule.time_zone,
        "hour": schedule.hour,
        "weekday": schedule.weekday,
        "readable": list(rule.readable),
        "created_at": rule.created_at,
        "updated_at": rule.updated_at,
        "revision": rule.revision,
    }
