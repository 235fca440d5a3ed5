"""Roles in PostgreSQL."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    Integer,
    Row,
    Table,
    Text,
    Uuid,
    any_,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.core.organizations.invitations.store import INVITATIONS
from services.core.organizations.roles.domain import Role
from services.core.organizations.store import MEMBERSHIPS
from services.mesh.database import Unit
from services.mesh.filters import Field
from services.mesh.tables import METADATA

ROLES = Table(
    "roles",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("permissions", ARRAY(Text), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("revision", Integer, nullable=False),
)
FIELDS: Mapping[str, Field] = MappingProxyType(
    {"display_name": Field(ROLES.c.display_name, "text"), "create_time": Field(ROLES.c.created_at, "time")}
)
ALL = select(ROLES)


async def add(unit: Unit, role: Role) -> None:
    """Adds a role."""
    await unit.execute(insert(ROLES), {"organization_id": unit.organization, **_values(role)})


async def get(unit: Unit, identifier: UUID) -> Role | None:
    """Returns a role."""
    row = (await unit.execute(select(ROLES).where(ROLES.c.id == identifier))).one_or_none()
    return role(row) if row else None


async def of(unit: Unit, identifiers: Iterable[object]) -> list[Role]:
    """Returns those of the roles that there are."""
    identifiers = list(identifiers)
    if not identifiers:
        return []
    return [role(row) for row in await unit.execute(select(ROLES).where(ROLES.c.id.in_(identifiers)))]


async def is_called(unit: Unit, display_name: str, but: UUID) -> bool:
    """Returns whether another role than `but` is called like this, in upper or lower case."""
    same = (func.lower(ROLES.c.display_name) == func.lower(display_name)) & (ROLES.c.id != but)
    return bool((await unit.execute(select(exists().where(same)))).scalar_one())


async def is_used(unit: Unit, name: str) -> bool:
    """Returns whether a member has the role of this name, or an invitation that isn't closed gives it."""
    member = exists().where(
        MEMBERSHIPS.c.organization_id == unit.organization, literal(name) == any_(MEMBERSHIPS.c.roles)
    )
    invitation = exists().where(
        literal(name) == any_(INVITATIONS.c.roles),
        INVITATIONS.c.accepted_at.is_(None),
        INVITATIONS.c.revoked_at.is_(None),
    )
    return bool((await unit.execute(select(member | invitation))).scalar_one())


async def save(unit: Unit, changed: Role) -> None:
    """Writes a changed role."""
    await unit.execute(update(ROLES).where(ROLES.c.id == changed.id).values(_values(changed)))


async def remove(unit: Unit, identifier: UUID) -> None:
    """Removes a role."""
    await unit.execute(delete(ROLES).where(ROLES.c.id == identifier))


def role(row: Row[Any]) -> Role:
    """Returns a row as a role."""
    return Role(
        row.id,
        row.display_name,
        row.description,
        tuple(row.permissions),
        row.created_at,
        row.updated_at,
        row.revision,
    )


def _values(role: Role) -> dict[str, Any]:
    return {
        "id": role.id,
        "display_name": role.display_name,
        "description": role.description,
        "permissions": list(role.permissions),
        "created_at": role.created_at,
        "updated_at": role.updated_at,
        "revision": role.revision,
    }
