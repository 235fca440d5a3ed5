"""Notes in PostgreSQL, their words sealed."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    Row,
    Select,
    Table,
    Text,
    Uuid,
    delete,
    insert,
    select,
    update,
)

from services.core.findings.notes.domain import Note
from services.mesh.database import Unit
from services.mesh.encryption.keyring import Sealed
from services.mesh.encryption.resealing import SealedTable
from services.mesh.filters import Field
from services.mesh.tables import METADATA

NOTES = Table(
    "notes",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("finding_id", Uuid, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("author", Text, nullable=False),
    Column("mentions", ARRAY(Uuid), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("data_key_id", Uuid, nullable=False),
)
SEALED = (SealedTable(NOTES, ("id",), ("content",), plain=False),)
"""What a rotation of the organization's key seals anew."""

FIELDS = {"time": Field(NOTES.c.created_at, "time")}
"""What lists are sorted by."""

Open = Callable[[Sealed], Awaitable[bytes]]
_CONTENT = "notes.content"


def of_finding(finding: UUID) -> Select[Any]:
    """Returns the statement for a finding's notes."""
    return select(NOTES).where(NOTES.c.finding_id == finding)


async def get(unit: Unit, finding: UUID, identifier: UUID) -> Note | None:
    """Returns a finding's note."""
    row = (await unit.execute(of_finding(finding).where(NOTES.c.id == identifier))).one_or_none()
    return await note(row, unit.open) if row else None


async def add(unit: Unit, written: Note) -> None:
    """Adds a note.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    await unit.execute(insert(NOTES), {"organization_id": unit.organization, **await _values(unit, written)})


async def save(unit: Unit, changed: Note) -> None:
    """Writes a changed note.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    await unit.execute(update(NOTES).where(NOTES.c.id == changed.id).values(await _values(unit, changed)))


async def remove(unit: Unit, identifier: UUID) -> None:
    """Removes a note."""
    await unit.execute(delete(NOTES).where(NOTES.c.id == identifier))


async def note(row: Row[Any], opened: Open) -> Note:
    """Returns a row as a note.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    content = await opened(Sealed(_CONTENT, str(row.id), row.data_key_id, row.content))
    return Note(
        id=row.id,
        finding=row.finding_id,
        content=content.decode(),
        author=row.author,
        mentions=tuple(row.mentions),
        created_at=row.created_at,
        updated_at=row.updated_at,
        revision=row.revision,
    )


async def _values(unit: Unit, note: Note) -> dict[str, Any]:
    sealer = await unit.sealer()
    return {
        "id": note.id,
        "finding_id": note.finding,
        "content": sealer.seal(_CONTENT, note.id, note.content.encode()),
        "author": note.author,
        "mentions": list(note.mentions),
        "created_at": note.created_at,
        "updated_at": note.updated_at,
        "revision": note.revision,
        "data_key_id": sealer.key,
    }
