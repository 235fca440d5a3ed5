"""Service accounts and API keys in PostgreSQL."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, DateTime, LargeBinary, Row, Select, Table, Text, Uuid, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from services.mesh.api_keys import Key
from services.mesh.database import Unit
from services.mesh.errors import Failure, Reason
from services.mesh.filters import Field
from services.mesh.tables import METADATA
from services.security.keys.domain import ApiKey, ServiceAccount

SERVICE_ACCOUNTS = Table(
    "service_accounts",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("creator", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
API_KEYS = Table(
    "api_keys",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("service_account_id", Uuid, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("permissions", ARRAY(Text), nullable=False),
    Column("creator", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
)
ACCOUNT_FIELDS: Mapping[str, Field] = MappingProxyType({"create_time": Field(SERVICE_ACCOUNTS.c.created_at, "time")})
KEY_FIELDS: Mapping[str, Field] = MappingProxyType({"create_time": Field(API_KEYS.c.created_at, "time")})
ACCOUNTS = select(SERVICE_ACCOUNTS)


async def add_account(unit: Unit, account: ServiceAccount) -> None:
    """Adds a service account.

    Raises:
        Failure: ALREADY_EXISTS; its name is taken.
    """
    row = {
        "organization_id": unit.organization,
        "id": account.id,
        "display_name": account.display_name,
        "description": account.description,
        "creator": account.creator,
        "created_at": account.created_at,
    }
    try:
        await unit.execute(insert(SERVICE_ACCOUNTS), row)
    except IntegrityError as error:
        raise Failure(Reason.ALREADY_EXISTS, "There is a service account of this name.") from error


async def account(unit: Unit, identifier: UUID, *, lock: bool = False) -> ServiceAccount | None:
    """Returns a service account; with `lock`, nobody deletes it until the transaction ends."""
    statement = ACCOUNTS.where(SERVICE_ACCOUNTS.c.id == identifier)
    row = (await unit.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return service_account(row) if row else None


async def delete_account(unit: Unit, identifier: UUID) -> list[UUID]:
    """Deletes a service account with its keys, and returns these keys' identifiers."""
    keys = await unit.execute(select(API_KEYS.c.id).where(API_KEYS.c.service_account_id == identifier))
    found = list(keys.scalars())
    await unit.execute(delete(SERVICE_ACCOUNTS).where(SERVICE_ACCOUNTS.c.id == identifier))
    return found


async def add_key(unit: Unit, made: ApiKey, digest: bytes) -> None:
    """Adds a key; of the key itself only the digest is stored."""
    row = {
        "organization_id": unit.organization,
        "id": made.id,
        "service_account_id": made.service_account,
        "display_name": made.display_name,
        "digest": digest,
        "permissions": list(made.permissions),
        "creator": made.creator,
        "created_at": made.created_at,
        "expires_at": made.expires_at,
    }
    await unit.execute(insert(API_KEYS), row)


def keys_of(service_account: UUID) -> Select[Any]:
    """Returns the statement for a service account's keys."""
    return select(API_KEYS).where(API_KEYS.c.service_account_id == service_account)


async def key(unit: Unit, service_account: UUID, identifier: UUID, *, lock: bool = False) -> ApiKey | None:
    """Returns a service account's key; with `lock`, nobody else changes it until the transaction ends."""
    statement = keys_of(service_account).where(API_KEYS.c.id == identifier)
    row = (await unit.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return api_key(row) if row else None


async def presented(unit: Unit, shown: Key) -> ApiKey | None:
    """Returns the key that somebody shows, if there is one."""
    statement = select(API_KEYS).where(API_KEYS.c.id == shown.id, API_KEYS.c.digest == shown.digest)
    row = (await unit.execute(statement)).one_or_none()
    return api_key(row) if row else None


async def used(unit: Unit, identifier: UUID, now: datetime) -> None:
    """Writes down that a key was used."""
    await unit.execute(update(API_KEYS).where(API_KEYS.c.id == identifier).values(used_at=now))


async def revoked(unit: Unit, identifier: UUID, now: datetime) -> None:
    """Ends a key."""
    await unit.execute(update(API_KEYS).where(API_KEYS.c.id == identifier).values(revoked_at=now))


def service_account(row: Row[Any]) -> ServiceAccount:
    """Returns a row as a service account."""
    return ServiceAccount(row.id, row.display_name, row.description, row.creator, row.created_at)


def api_key(row: Row[Any]) -> ApiKey:
    """Returns a row as a key."""
    return ApiKey(
        row.id,
        row.service_account_id,
        row.display_name,
        tuple(row.permissions),
        row.creator,
        row.created_at,
        row.expires_at,
        row.used_at,
        row.revoked_at,
    )
