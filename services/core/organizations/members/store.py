"""Members in PostgreSQL.

A membership may also be read by its own account, whatever the organization, so every read says which one it means.
"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Select, Uuid, any_, case, delete, exists, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from services.core.organizations.domain import OWNER
from services.core.organizations.members.domain import Member
from services.core.organizations.store import MEMBERSHIPS
from services.mesh.database import Unit
from services.mesh.filters import Field

_ACTIVE, _SUSPENDED = 1, 2
FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "roles": Field(MEMBERSHIPS.c.roles, "text", repeated=True),
        "join_time": Field(MEMBERSHIPS.c.joined_at, "time"),
        "state": Field(
            case((MEMBERSHIPS.c.suspended_at.is_(None), _ACTIVE), else_=_SUSPENDED),
            "enum",
            values={"ACTIVE": _ACTIVE, "SUSPENDED": _SUSPENDED},
        ),
    }
)


def every(unit: Unit) -> Select[Any]:
    """Returns the statement for all members."""
    return select(MEMBERSHIPS).where(MEMBERSHIPS.c.organization_id == unit.organization)


async def add(unit: Unit, member: Member) -> bool:
    """Adds a member; returns False, and adds nothing, where the account is one already."""
    row = {"organization_id": unit.organization, **_values(member)}
    statement = insert(MEMBERSHIPS).on_conflict_do_nothing().returning(MEMBERSHIPS.c.account_id)
    return (await unit.execute(statement, row)).one_or_none() is not None


async def get(unit: Unit, account: UUID) -> Member | None:
    """Returns a member."""
    row = (await unit.execute(every(unit).where(MEMBERSHIPS.c.account_id == account))).one_or_none()
    return member(row) if row else None


async def missing(unit: Unit, wanted: Sequence[UUID]) -> list[UUID]:
    """Returns those of some accounts that are no members."""
    asked = MEMBERSHIPS.c.account_id == any_(literal(wanted, ARRAY(Uuid)))
    members = {row.account_id for row in await unit.execute(every(unit).where(asked))}
    return [one for one in wanted if one not in members]


async def active(unit: Unit, accounts: Collection[UUID]) -> list[UUID]:
    """Returns those of the accounts that are members and not suspended."""
    able = MEMBERSHIPS.c.suspended_at.is_(None) & MEMBERSHIPS.c.account_id.in_(accounts)
    listed = every(unit).with_only_columns(MEMBERSHIPS.c.account_id).where(able)
    return list((await unit.execute(listed)).scalars())


async def has_another_owner(unit: Unit, account: UUID) -> bool:
    """Returns whether somebody else is an owner who isn't suspended."""
    others = exists().where(
        MEMBERSHIPS.c.organization_id == unit.organization,
        MEMBERSHIPS.c.account_id != account,
        literal(OWNER) == any_(MEMBERSHIPS.c.roles),
        MEMBERSHIPS.c.suspended_at.is_(None),
    )
    return bool((await unit.execute(select(others))).scalar_one())


async def save(unit: Unit, changed: Member) -> None:
    """Writes a changed member."""
    await unit.execute(update(MEMBERSHIPS).where(*_is(unit, changed.account)).values(_values(changed)))


async def remove(unit: Unit, account: UUID) -> None:
    """Removes a member."""
    await unit.execute(delete(MEMBERSHIPS).where(*_is(unit, account)))


def member(row: Row[Any]) -> Member:
    """Returns a row as a member."""
    return Member(row.account_id, tuple(row.roles), row.joined_at, row.updated_at, row.suspended_at, row.revision)


def _is(unit: Unit, account: UUID) -> tuple[Any, ...]:
    return MEMBERSHIPS.c.organization_id == unit.organization, MEMBERSHIPS.c.account_id == account


def _values(member: Member) -> dict[str, Any]:
    return {
        "account_id": member.account,
        "roles": list(member.roles),
        "joined_at": member.joined_at,
        "updated_at": member.updated_at,
        "suspended_at": member.suspended_at,
        "revision": member.revision,
    }
