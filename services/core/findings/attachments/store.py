"""Attachments in PostgreSQL, their bytes in sealed pieces."""

import hashlib
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    Row,
    Select,
    SmallInteger,
    Table,
    Text,
    Uuid,
    delete,
    func,
    insert,
    select,
    update,
)

from services.core.findings.attachments.domain import Attachment, Declared, State
from services.mesh.database import Unit
from services.mesh.encryption.keyring import Sealed
from services.mesh.encryption.resealing import SealedTable
from services.mesh.filters import Field
from services.mesh.tables import METADATA

ATTACHMENTS = Table(
    "attachments",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("finding_id", Uuid, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("creator", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
)
PIECES = Table(
    "attachment_pieces",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("attachment_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("data_key_id", Uuid, nullable=False),
)
SEALED = (SealedTable(PIECES, ("attachment_id", "number"), ("content",), plain=False),)
"""What a rotation of the organization's key seals anew."""

FIELDS = {"time": Field(ATTACHMENTS.c.created_at, "time")}
"""What lists are sorted by."""

_CONTENT = "attachment_pieces.content"


def of_finding(finding: UUID) -> Select[Any]:
    """Returns the statement for a finding's files."""
    return select(ATTACHMENTS).where(ATTACHMENTS.c.finding_id == finding)


async def used(unit: Unit) -> int:
    """Returns the bytes of all files of the organization, those that are awaited included."""
    return int((await unit.execute(select(func.coalesce(func.sum(ATTACHMENTS.c.size), 0)))).scalar_one())


async def get(unit: Unit, finding: UUID, identifier: UUID) -> Attachment | None:
    """Returns a finding's file, without its bytes."""
    row = (await unit.execute(of_finding(finding).where(ATTACHMENTS.c.id == identifier))).one_or_none()
    return attachment(row) if row else None


async def add(unit: Unit, begun: Attachment) -> None:
    """Adds a file without bytes."""
    await unit.execute(insert(ATTACHMENTS), {"organization_id": unit.organization, **_values(begun)})


async def save(unit: Unit, changed: Attachment) -> None:
    """Writes how far a file is."""
    await unit.execute(update(ATTACHMENTS).where(ATTACHMENTS.c.id == changed.id).values(_values(changed)))
    if changed.state is State.READY:
        await unit.execute(update(PIECES).where(PIECES.c.attachment_id == changed.id).values(expires_at=None))


async def remove(unit: Unit, identifier: UUID) -> None:
    """Removes a file with its bytes."""
    await unit.execute(delete(ATTACHMENTS).where(ATTACHMENTS.c.id == identifier))


async def add_piece(unit: Unit, attachment: Attachment, number: int, content: bytes) -> None:
    """Adds a piece of a file, sealed.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    sealer = await unit.sealer()
    row = {
        "organization_id": unit.organization,
        "attachment_id": attachment.id,
        "number": number,
        "content": sealer.seal(_CONTENT, _place(attachment.id, number), content),
        "expires_at": attachment.expires_at,
        "data_key_id": sealer.key,
    }
    await unit.execute(insert(PIECES), row)


async def piece(unit: Unit, attachment: UUID, number: int) -> Sealed | None:
    """Returns a piece of a file as it is stored."""
    one = PIECES.c.attachment_id == attachment, PIECES.c.number == number
    row = (await unit.execute(select(PIECES).where(*one))).one_or_none()
    return Sealed(_CONTENT, _place(attachment, number), row.data_key_id, row.content) if row else None


async def sha256(unit: Unit, attachment: UUID) -> str:
    """Returns the SHA-256 of a file's bytes in hexadecimal digits; one piece is in memory at a time.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    digest, number = hashlib.sha256(), 0
    while sealed := await piece(unit, attachment, number):
        digest.update(await unit.open(sealed))
        number += 1
    return digest.hexdigest()


def attachment(row: Row[Any]) -> Attachment:
    """Returns a row as a file."""
    return Attachment(
        id=row.id,
        finding=row.finding_id,
        declared=Declared(row.file_name, row.media_type, row.size, row.sha256),
        state=State(row.state),
        received=row.received,
        creator=row.creator,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def _place(attachment: UUID, number: int) -> str:
    return f"{attachment} {number}"


def _values(attachment: Attachment) -> dict[str, Any]:
    declared = attachment.declared
    return {
        "id": attachment.id,
        "finding_id": attachment.finding,
        "file_name": declared.file_name,
        "media_type": declared.media_type,
        "size": declared.size,
        "sha256": declared.sha256,
        "state": attachment.state.value,
        "received": attachment.received,
        "creator": attachment.creator,
        "created_at": attachment.created_at,
        "expires_at": attachment.expires_at,
    }
