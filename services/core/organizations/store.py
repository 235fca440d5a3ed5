"""Organizations and memberships in PostgreSQL."""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    DateTime,
    Integer,
    RowMapping,
    Select,
    Table,
    Text,
    Uuid,
    func,
    insert,
    select,
    update,
)

from services.core.organizations.domain import Membership, Organization
from services.mesh.database import Unit
from services.mesh.tables import METADATA

ORGANIZATIONS = Table(
    "organizations",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("suspended_at", DateTime(timezone=True)),
    Column("second_factor_required", Boolean, nullable=False),
    Column("deleted_at", DateTime(timezone=True)),
    Column("purge_at", DateTime(timezone=True)),
)
MEMBERSHIPS = Table(
    "memberships",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("account_id", Uuid, primary_key=True),
    Column("roles", ARRAY(Text), nullable=False),
    Column("joined_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("suspended_at", DateTime(timezone=True)),
    Column("revision", Integer, nullable=False, server_default="1"),
)


async def add(unit: Unit, organization: Organization, founder: Membership) -> None:
    """Adds an organization with its first member."""
    await unit.execute(insert(ORGANIZATIONS), asdict(organization))
    member = {
        "organization_id": founder.organization,
        "account_id": founder.account,
        "roles": list(founder.roles),
        "joined_at": founder.joined_at,
    }
    await unit.execute(insert(MEMBERSHIPS), member)


async def get(unit: Unit, identifier: UUID, *, lock: bool = False) -> Organization | None:
    """Returns an organization; with `lock`, nobody else changes it until the transaction ends."""
    statement = select(ORGANIZATIONS).where(ORGANIZATIONS.c.id == identifier)
    row = (await unit.execute(statement.with_for_update() if lock else statement)).mappings().one_or_none()
    return organization(row) if row else None


async def save(unit: Unit, changed: Organization) -> None:
    """Writes a changed organization."""
    await unit.execute(update(ORGANIZATIONS).where(ORGANIZATIONS.c.id == changed.id).values(asdict(changed)))


def of_account(account: UUID) -> Select[tuple[object, ...]]:
    """Returns the statement for the organizations of an account, each with the time when the account joined."""
    return (
        select(*ORGANIZATIONS.c, MEMBERSHIPS.c.joined_at)
        .join(MEMBERSHIPS, MEMBERSHIPS.c.organization_id == ORGANIZATIONS.c.id)
        .where(MEMBERSHIPS.c.account_id == account)
    )


async def membership(unit: Unit, account: UUID, organization: UUID | None) -> Membership | None:
    """Returns an account's membership in an organization, or in the one joined first; none that is suspended.

    Organizations in which nobody can work come last.
    """
    own = (MEMBERSHIPS.c.account_id == account) & MEMBERSHIPS.c.suspended_at.is_(None)
    closed = ORGANIZATIONS.c.suspended_at.is_not(None) | ORGANIZATIONS.c.deleted_at.is_not(None)
    joined = select(MEMBERSHIPS).join(ORGANIZATIONS, ORGANIZATIONS.c.id == MEMBERSHIPS.c.organization_id)
    statement = joined.where(own).order_by(closed, MEMBERSHIPS.c.joined_at)
    if organization:
        statement = statement.where(MEMBERSHIPS.c.organization_id == organization)
    row = (await unit.execute(statement.limit(1))).mappings().one_or_none()
    if row is None:
        return None
    return Membership(row["organization_id"], row["account_id"], tuple(row["roles"]), row["joined_at"])


def organization(row: RowMapping) -> Organization:
    """Returns a row as an organization."""
    return Organization(**{column.name: row[column.name] for column in ORGANIZATIONS.columns})
