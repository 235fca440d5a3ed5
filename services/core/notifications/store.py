"""Positions in the log in PostgreSQL, and which organizations have one."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import BigInteger, Column, Table, Uuid, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mesh.database import Unit
from services.mesh.events.model import Position
from services.mesh.tables import METADATA

POSITIONS = Table(
    "notification_positions",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("transaction", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)


async def begin(unit: Unit, position: Position) -> None:
    """Writes an organization's first position; one that there is stays."""
    row = {"organization_id": unit.organization, **position._asdict()}
    await unit.execute(insert(POSITIONS).values(row).on_conflict_do_nothing())


async def position(unit: Unit) -> Position | None:
    """Returns the organization's position, locked until the transaction ends; None where it has none."""
    statement = select(POSITIONS.c.transaction, POSITIONS.c.sequence).with_for_update()
    row = (await unit.execute(statement)).one_or_none()
    return Position(row.transaction, row.sequence) if row else None


async def move(unit: Unit, position: Position) -> None:
    """Writes the organization's position."""
    await unit.execute(update(POSITIONS).values(position._asdict()))


async def concerned(connection: AsyncConnection, organizations: Iterable[UUID]) -> set[UUID]:
    """Returns which of these organizations have a position; for the relay, which sees those of all."""
    statement = select(POSITIONS.c.organization_id).where(POSITIONS.c.organization_id.in_(set(organizations)))
    return set((await connection.execute(statement)).scalars())
