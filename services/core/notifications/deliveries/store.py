"""Deliveries in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Integer,
    Row,
    Select,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from services.core.notifications.deliveries.domain import Delivery, Kind, State
from services.mesh.database import Unit
from services.mesh.filters import Field
from services.mesh.tables import METADATA

DELIVERIES = Table(
    "notification_deliveries",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("channel_id", Uuid, nullable=False),
    Column("rule_id", Uuid),
    Column("kind", SmallInteger, nullable=False),
    Column("event_id", Uuid),
    Column("event_type", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("event_count", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("transaction", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("next_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("delivered_at", DateTime(timezone=True)),
)
_C = DELIVERIES.c
_PENDING = _C.state == State.PENDING.value
_ORDER = (_C.transaction, _C.sequence, _C.created_at, _C.id)

FIELDS = {
    "state": Field(_C.state, "enum", values={state.name: state.value for state in State}),
    "kind": Field(_C.kind, "enum", values={kind.name: kind.value for kind in Kind}),
    "channel": Field(
        _C.channel_id, "name", pattern="organizations/{organization}/notificationChannels/{notification_channel}"
    ),
    "rule": Field(_C.rule_id, "name", pattern="organizations/{organization}/notificationRules/{notification_rule}"),
    "event_type": Field(_C.event_type, "text"),
    "resource": Field(_C.resource, "text"),
    "create_time": Field(_C.created_at, "time"),
}
"""What lists are filtered and sorted by."""

ALL: Select[Any] = select(DELIVERIES)
"""The statement for all deliveries that the transaction sees."""


async def add(unit: Unit, made: Sequence[Delivery]) -> None:
    """Adds deliveries; one that is there already stays as it is."""
    if made:
        rows = [{"organization_id": unit.organization, **_values(one)} for one in made]
        await unit.execute(insert(DELIVERIES).on_conflict_do_nothing(), rows)


async def get(unit: Unit, identifier: UUID) -> Delivery | None:
    """Returns a delivery."""
    row = (await unit.execute(ALL.where(_C.id == identifier))).one_or_none()
    return delivery(row) if row else None


async def due(unit: Unit, channel: UUID, now: datetime, limit: int) -> list[Delivery]:
    """Returns what is to be sent by a channel now, in order."""
    statement = ALL.where(_PENDING, _C.channel_id == channel, _C.next_at <= now).order_by(*_ORDER).limit(limit)
    return [delivery(row) for row in await unit.execute(statement)]


async def first(unit: Unit, channel: UUID) -> Delivery | None:
    """Returns the first of what is still to be sent by a channel, whenever that is."""
    statement = ALL.where(_PENDING, _C.channel_id == channel).order_by(*_ORDER).limit(1)
    row = (await unit.execute(statement)).one_or_none()
    return delivery(row) if row else None


async def next_time(unit: Unit, channel: UUID) -> datetime | None:
    """Returns when something is to be sent by a channel next; None where nothing is pending."""
    statement = select(func.min(_C.next_at)).where(_PENDING, _C.channel_id == channel)
    found: datetime | None = (await unit.execute(statement)).scalar_one()
    return found


async def waiting(unit: Unit) -> list[UUID]:
    """Returns the channels by which something is still to be sent."""
    return list((await unit.execute(select(_C.channel_id).where(_PENDING).distinct())).scalars())


async def save(unit: Unit, changed: Delivery) -> None:
    """Writes a changed delivery."""
    await unit.execute(update(DELIVERIES).where(_C.id == changed.id).values(_standing(changed)))


async def settle(unit: Unit, changed: Delivery) -> None:
    """Writes what came of a try, unless somebody else was quicker."""
    await unit.execute(update(DELIVERIES).where(_C.id == changed.id, _PENDING).values(_standing(changed)))


async def forget(unit: Unit, now: datetime, kept: timedelta) -> None:
    """Removes what has ended long ago."""
    await unit.execute(DELIVERIES.delete().where(_C.state != State.PENDING.value, _C.created_at < now - kept))


def delivery(row: Row[Any]) -> Delivery:
    """Returns a row as a delivery."""
    return Delivery(
        id=row.id,
        channel=row.channel_id,
        rule=row.rule_id,
        kind=Kind(row.kind),
        event=row.event_id,
        event_type=row.event_type,
        resource=row.resource,
        summary=row.summary,
        event_count=row.event_count,
        content=row.content,
        place=(row.transaction, row.sequence),
        state=State(row.state),
        attempts=row.attempts,
        last_error=row.last_error,
        next_at=row.next_at,
        created_at=row.created_at,
        delivered_at=row.delivered_at,
    )


def _values(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "channel_id": delivery.channel,
        "rule_id": delivery.rule,
        "kind": delivery.kind.value,
        "event_id": delivery.event,
        "event_type": delivery.event_type,
        "resource": delivery.resource,
        "summary": delivery.summary,
        "event_count": delivery.event_count,
        "content": dict(delivery.content),
        "transaction": delivery.place[0],
        "sequence": delivery.place[1],
        "created_at": delivery.created_at,
        **_standing(delivery),
    }


def _standing(delivery: Delivery) -> dict[str, Any]:
    return {
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "last_error": delivery.last_error,
        "next_at": delivery.next_at,
        "delivered_at": delivery.delivered_at,
    }
