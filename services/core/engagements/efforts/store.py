"""Entries of effort in PostgreSQL."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Double,
    LargeBinary,
    Row,
    Select,
    Table,
    Text,
    Uuid,
    delete,
    insert,
    select,
)

from services.core.engagements.domain import Effort
from services.mesh.database import Unit
from services.mesh.encryption.keyring import Sealed
from services.mesh.encryption.resealing import SealedTable
from services.mesh.filters import Field
from services.mesh.tables import METADATA

ENTRIES = Table(
    "effort_entries",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("engagement_id", Uuid, nullable=False),
    Column("hours", Double, nullable=False),
    Column("credits", BigInteger, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("worked_at", DateTime(timezone=True), nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("data_key_id", Uuid),
)

SEALED = (SealedTable(ENTRIES, ("id",), ("note",)),)
"""What a rotation of the organization's key seals anew."""

FIELDS = {
    "author": Field(ENTRIES.c.author, "text"),
    "work_time": Field(ENTRIES.c.worked_at, "time"),
    "create_time": Field(ENTRIES.c.created_at, "time"),
}
"""What lists are filtered and sorted by."""

_NOTE = "effort_entries.note"


async def add(unit: Unit, effort: Effort) -> None:
    """Adds an entry.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    sealer = await unit.sealer()
    row = {
        "organization_id": unit.organization,
        "id": effort.id,
        "engagement_id": effort.engagement,
        "hours": effort.hours,
        "credits": effort.credit,
        "note": sealer.seal(_NOTE, effort.id, effort.note.encode()),
        "worked_at": effort.worked_at,
        "author": effort.author,
        "created_at": effort.created_at,
        "data_key_id": sealer.key,
    }
    await unit.execute(insert(ENTRIES), row)


def of_engagement(unit: Unit, engagement: UUID) -> Select[Any]:
    """Returns the statement for an engagement's entries."""
    return select(ENTRIES).where(ENTRIES.c.organization_id == unit.organization, ENTRIES.c.engagement_id == engagement)


async def remove(unit: Unit, engagement: UUID) -> None:
    """Removes an engagement's entries."""
    this = (ENTRIES.c.organization_id == unit.organization) & (ENTRIES.c.engagement_id == engagement)
    await unit.execute(delete(ENTRIES).where(this))


async def effort(row: Row[Any], opened: Callable[[Sealed], Awaitable[bytes]]) -> Effort:
    """Returns a row as an entry; `opened` opens a sealed field.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    note = await opened(Sealed(_NOTE, str(row.id), row.data_key_id, row.note))
    return Effort(
        id=row.id,
        engagement=row.engagement_id,
        hours=row.hours,
        credit=row.credits,
        note=note.decode(),
        worked_at=row.worked_at,
        author=row.author,
        created_at=row.created_at,
    )
