"""What a deletion changes in PostgreSQL as the organization itself; its rows are removed by the relay's role."""

from datetime import datetime

from sqlalchemy import Column, ColumnElement, DateTime, Table, Text, Uuid, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from services.core.organizations.store import MEMBERSHIPS
from services.mesh.database import Unit
from services.mesh.tables import METADATA

ERASURES = Table(
    "erasures",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("committed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("finished_at", DateTime(timezone=True)),
)
_MANAGED = text("SELECT id FROM accounts WHERE managed_by = :organization")
_LEAVE = text(
    "UPDATE sessions SET organization_id = NULL WHERE organization_id = :organization AND NOT 'sso' = ANY (methods)"
)
_TABLES = text(
    "SELECT format('%I', tablename) FROM pg_policies "
    "WHERE schemaname = 'public' AND policyname = 'tenant' AND tablename <> 'erasures' ORDER BY tablename"
)


async def committed(unit: Unit) -> bool:
    """Returns whether the organization's deletion can't be undone any more."""
    found = await unit.execute(
        select(ERASURES.c.organization_id).where(ERASURES.c.organization_id == unit.organization)
    )
    return found.one_or_none() is not None


async def commit(unit: Unit, actor: str, requested_at: datetime) -> None:
    """Gives an organization's rows away for removal, and with it the accounts that it manages; nobody is a member.

    Persons' own sessions go on without it.
    """
    organization = unit.organization
    for account in (await unit.execute(_MANAGED, {"organization": organization})).scalars().all():
        async with unit.within(account):
            # Its rows go along with the organization's, whose end is the one that is waited for and noted.
            await _give_away(unit, actor, requested_at, finished_at=func.now())
    await _give_away(unit, actor, requested_at)
    await unit.execute(delete(MEMBERSHIPS).where(MEMBERSHIPS.c.organization_id == organization))
    await unit.execute(_LEAVE, {"organization": organization})


async def filled(unit: Unit) -> list[str]:
    """Returns the tables in which the organization still has rows: all that PostgreSQL knows of are looked at."""
    tables: list[str] = list((await unit.execute(_TABLES)).scalars())
    columns = [f"EXISTS (SELECT FROM {table})" for table in tables]
    row = (await unit.execute(text(f"SELECT {', '.join(columns)}"))).one()
    return [table for table, any_row in zip(tables, row, strict=True) if any_row]


async def finish(unit: Unit) -> bool:
    """Notes that nothing is left; returns whether that wasn't noted before."""
    open_ = (ERASURES.c.organization_id == unit.organization) & ERASURES.c.finished_at.is_(None)
    return bool((await unit.execute(update(ERASURES).where(open_).values(finished_at=func.now()))).rowcount)


async def _give_away(
    unit: Unit, actor: str, requested_at: datetime, finished_at: ColumnElement[datetime] | None = None
) -> None:
    row = {"organization_id": unit.organization, "actor": actor, "requested_at": requested_at}
    statement = insert(ERASURES).values({**row, "finished_at": finished_at})
    await unit.execute(statement.on_conflict_do_nothing())
