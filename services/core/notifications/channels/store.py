"""Channels in PostgreSQL; their secret parts are sealed together, as JSON."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    Row,
    Select,
    SmallInteger,
    Table,
    Text,
    Uuid,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.core.notifications.channels.domain import Channel, Kind, Opened
from services.mesh.database import Unit
from services.mesh.encryption.keyring import Sealed
from services.mesh.encryption.resealing import SealedTable
from services.mesh.filters import Field
from services.mesh.tables import METADATA

CHANNELS = Table(
    "notification_channels",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("ordered", Boolean, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("origin", Text, nullable=False),
    Column("secrets", LargeBinary, nullable=False),
    Column("data_key_id", Uuid),
    Column("previous_until", DateTime(timezone=True)),
    Column("verified_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("revision", Integer, nullable=False),
)

SEALED = (SealedTable(CHANNELS, ("id",), ("secrets",)),)
"""What a rotation of the organization's key seals anew."""

FIELDS = {
    "display_name": Field(CHANNELS.c.display_name, "text"),
    "kind": Field(CHANNELS.c.kind, "enum", values={kind.name: kind.value for kind in Kind}),
    "disabled": Field(CHANNELS.c.disabled, "flag"),
    "create_time": Field(CHANNELS.c.created_at, "time"),
}
"""What lists are filtered and sorted by."""

ALL: Select[Any] = select(CHANNELS)
"""The statement for all channels that the transaction sees."""

_LABEL = "notification_channels.secrets"


async def add(unit: Unit, channel: Channel, secrets: Mapping[str, str]) -> None:
    """Adds a channel."""
    values = {"organization_id": unit.organization, **_values(channel), **await _sealed(unit, channel.id, secrets)}
    await unit.execute(insert(CHANNELS), values)


async def get(unit: Unit, identifier: UUID) -> Channel | None:
    """Returns a channel."""
    row = (await unit.execute(select(CHANNELS).where(CHANNELS.c.id == identifier))).one_or_none()
    return channel(row) if row else None


async def opened(unit: Unit, identifier: UUID) -> Opened | None:
    """Returns a channel with its secret parts.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    row = (await unit.execute(select(CHANNELS).where(CHANNELS.c.id == identifier))).one_or_none()
    if row is None:
        return None
    plain = await unit.open(Sealed(_LABEL, str(row.id), row.data_key_id, row.secrets))
    return Opened(channel(row), json.loads(plain) if plain else {})


async def known(unit: Unit, identifiers: Sequence[UUID]) -> dict[UUID, Channel]:
    """Returns those channels that there are."""
    rows = await unit.execute(select(CHANNELS).where(CHANNELS.c.id.in_(identifiers)))
    return {row.id: channel(row) for row in rows}


async def count(unit: Unit) -> int:
    """Returns how many channels the organization has."""
    return int((await unit.execute(select(func.count()).select_from(CHANNELS))).scalar_one())


async def save(unit: Unit, changed: Channel, secrets: Mapping[str, str] | None = None) -> None:
    """Writes a changed channel, and its secret parts where they are given."""
    values = _values(changed)
    if secrets is not None:
        values |= await _sealed(unit, changed.id, secrets)
    await unit.execute(update(CHANNELS).where(CHANNELS.c.id == changed.id).values(values))


async def verify(unit: Unit, identifier: UUID, now: datetime) -> None:
    """Writes that a test arrived."""
    await unit.execute(update(CHANNELS).where(CHANNELS.c.id == identifier).values(verified_at=now))


async def remove(unit: Unit, identifier: UUID) -> None:
    """Removes a channel, and with it all its deliveries."""
    await unit.execute(delete(CHANNELS).where(CHANNELS.c.id == identifier))


def channel(row: Row[Any]) -> Channel:
    """Returns a row as a channel."""
    settings = {name: value if isinstance(value, str) else tuple(value) for name, value in row.settings.items()}
    return Channel(
        id=row.id,
        display_name=row.display_name,
        kind=Kind(row.kind),
        disabled=row.disabled,
        ordered=row.ordered,
        settings=settings,
        origin=row.origin,
        previous_until=row.previous_until,
        verified_at=row.verified_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
        revision=row.revision,
    )


async def _sealed(unit: Unit, identifier: UUID, secrets: Mapping[str, str]) -> dict[str, Any]:
    sealer = await unit.sealer()
    content = sealer.seal(_LABEL, identifier, json.dumps(dict(secrets)).encode())
    return {"secrets": content, "data_key_id": sealer.key}


def _values(channel: Channel) -> dict[str, Any]:
    return {
        "id": channel.id,
        "display_name": channel.display_name,
        "kind": channel.kind.value,
        "disabled": channel.disabled,
        "ordered": channel.ordered,
        "settings": dict(channel.settings),
        "origin": channel.origin,
        "previous_until": channel.previous_until,
        "verified_at": channel.verified_at,
        "created_at": channel.created_at,
        "updated_at": channel.updated_at,
        "revision": channel.revision,
    }
