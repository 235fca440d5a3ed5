"""Connections, attempts, and whom providers call what, in PostgreSQL."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    Uuid,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.mesh.database import Unit
from services.mesh.filters import Field
from services.mesh.tables import METADATA
from services.security.identity.sign_on.domain import Attempt, Connection

CONNECTIONS = Table(
    "connections",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("sealed_secret", Text, nullable=False),
    Column("email_domains", ARRAY(Text), nullable=False),
    Column("default_role", Text, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("vouches_for_second_factor", Boolean, nullable=False),
)
ATTEMPTS = Table(
    "sign_on_attempts",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("state", LargeBinary, primary_key=True),
    Column("connection_id", Uuid, nullable=False),
    Column("proof", LargeBinary, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
IDENTITIES = Table(
    "external_identities",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("connection_id", Uuid, primary_key=True),
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "display_name": Field(CONNECTIONS.c.display_name, "text"),
        "issuer": Field(CONNECTIONS.c.issuer, "text"),
        "disabled": Field(CONNECTIONS.c.disabled, "flag"),
        "create_time": Field(CONNECTIONS.c.created_at, "time"),
    }
)
ALL = select(CONNECTIONS)


async def add(unit: Unit, connection: Connection) -> None:
    """Adds a connection."""
    await unit.execute(insert(CONNECTIONS), {"organization_id": unit.organization, **_values(connection)})


async def get(unit: Unit, identifier: UUID) -> Connection | None:
    """Returns a connection."""
    row = (await unit.execute(select(CONNECTIONS).where(CONNECTIONS.c.id == identifier))).one_or_none()
    return connection(row) if row else None


async def save(unit: Unit, changed: Connection) -> None:
    """Writes a changed connection."""
    await unit.execute(update(CONNECTIONS).where(CONNECTIONS.c.id == changed.id).values(_values(changed)))


async def remove(unit: Unit, identifier: UUID) -> None:
    """Removes a connection, and with it its attempts and whom its provider called what."""
    await unit.execute(delete(CONNECTIONS).where(CONNECTIONS.c.id == identifier))


async def add_attempt(unit: Unit, attempt: Attempt, now: datetime) -> None:
    """Adds an attempt, and removes the connection's that have ended."""
    ended = (ATTEMPTS.c.connection_id == attempt.connection) & (ATTEMPTS.c.expires_at <= now)
    await unit.execute(delete(ATTEMPTS).where(ended))
    row = asdict(attempt)
    row["connection_id"] = row.pop("connection")
    await unit.execute(insert(ATTEMPTS), {"organization_id": unit.organization, **row})


async def take_attempt(unit: Unit, connection: UUID, state: bytes) -> Attempt | None:
    """Removes and returns a connection's attempt: of those who bring the same state, one gets it."""
    own = (ATTEMPTS.c.state == state) & (ATTEMPTS.c.connection_id == connection)
    row = (await unit.execute(delete(ATTEMPTS).where(own).returning(ATTEMPTS))).one_or_none()
    return Attempt(row.state, row.connection_id, row.proof, row.nonce, row.verifier, row.expires_at) if row else None


async def known(unit: Unit, of: Connection, subject: str) -> UUID | None:
    """Returns the account of whom a connection's provider calls by a subject."""
    same = (
        (IDENTITIES.c.connection_id == of.id) & (IDENTITIES.c.issuer == of.issuer) & (IDENTITIES.c.subject == subject)
    )
    found: UUID | None = (await unit.execute(select(IDENTITIES.c.account_id).where(same))).scalar_one_or_none()
    return found


async def recognize(unit: Unit, of: Connection, subject: str, account: UUID, now: datetime) -> bool:
    """Notes whose account a subject is; returns False, and notes nothing, where that is noted already."""
    row = {
        "organization_id": unit.organization,
        "connection_id": of.id,
        "issuer": of.issuer,
        "subject": subject,
        "account_id": account,
        "created_at": now,
    }
    statement = insert(IDENTITIES).on_conflict_do_nothing().returning(IDENTITIES.c.account_id)
    return (await unit.execute(statement, row)).one_or_none() is not None


def connection(row: Row[Any]) -> Connection:
    """Returns a row as a connection."""
    return Connection(
        row.id,
        row.display_name,
        row.issuer,
        row.client_id,
        row.sealed_secret,
        tuple(row.email_domains),
        row.default_role,
        row.disabled,
        row.created_at,
        row.updated_at,
        row.revision,
        row.vouches_for_second_factor,
    )


def _values(connection: Connection) -> dict[str, Any]:
    return {**asdict(connection), "email_domains": list(connection.email_domains)}
