"""Invitations in PostgreSQL."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, DateTime, LargeBinary, Row, Table, Text, Uuid, select, text, update
from sqlalchemy.dialects.postgresql import insert

from services.core.organizations.invitations.domain import Invitation
from services.mesh.database import Unit
from services.mesh.filters import Field
from services.mesh.tables import METADATA

INVITATIONS = Table(
    "invitations",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("email", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("inviter", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("accepted_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
)
FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "email": Field(INVITATIONS.c.email, "text"),
        "create_time": Field(INVITATIONS.c.created_at, "time"),
        "expire_time": Field(INVITATIONS.c.expires_at, "time"),
    }
)
ALL = select(INVITATIONS)
_OPEN = text("accepted_at IS NULL AND revoked_at IS NULL")


async def add(unit: Unit, invitation: Invitation) -> bool:
    """Adds an invitation; returns False, and adds nothing, where the address has an open one."""
    statement = insert(INVITATIONS).on_conflict_do_nothing(
        index_elements=["organization_id", "email"], index_where=_OPEN
    )
    row = {"organization_id": unit.organization, **_values(invitation)}
    return (await unit.execute(statement.returning(INVITATIONS.c.id), row)).one_or_none() is not None


async def close_expired(unit: Unit, email: str, now: datetime) -> None:
    """Takes back what an address was invited with and nobody accepted in time."""
    late = (INVITATIONS.c.email == email) & (INVITATIONS.c.expires_at <= now) & _OPEN
    await unit.execute(update(INVITATIONS).where(late).values(revoked_at=INVITATIONS.c.expires_at))


async def get(unit: Unit, identifier: UUID) -> Invitation | None:
    """Returns an invitation."""
    row = (await unit.execute(select(INVITATIONS).where(INVITATIONS.c.id == identifier))).one_or_none()
    return invitation(row) if row else None


async def save(unit: Unit, changed: Invitation) -> None:
    """Writes a changed invitation."""
    await unit.execute(update(INVITATIONS).where(INVITATIONS.c.id == changed.id).values(_values(changed)))


def invitation(row: Row[Any]) -> Invitation:
    """Returns a row as an invitation."""
    return Invitation(
        row.id,
        row.email,
        tuple(row.roles),
        row.digest,
        row.inviter,
        row.created_at,
        row.expires_at,
        row.accepted_at,
        row.revoked_at,
    )


def _values(invitation: Invitation) -> dict[str, Any]:
    return {
        "id": invitation.id,
        "email": invitation.email,
        "roles": list(invitation.roles),
        "digest": invitation.digest,
        "inviter": invitation.inviter,
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
        "accepted_at": invitation.accepted_at,
        "revoked_at": invitation.revoked_at,
    }
