"""Data keys: kept wrapped beside the data, unwrapped in memory for a short while.

An organization has one active data key, with which everything new is sealed, and while its key is being rotated also
older ones. Whoever seals holds a share lock on the active one until the transaction ends, so a data key that has been
retired is in nobody's hands any more: what is then still sealed with it can be counted.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, DateTime, Table, Text, Uuid, func, select
from sqlalchemy.dialects.postgresql import insert

from services.mesh import identifiers
from services.mesh.encryption import ending, envelope
from services.mesh.encryption.envelope import KEY_BYTES, Place, SealBrokenError
from services.mesh.encryption.rows import Rows
from services.mesh.encryption.wrapping import OrganizationKeys
from services.mesh.tables import METADATA

DATA_KEYS = Table(
    "data_keys",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("wrapped", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("retired_at", DateTime(timezone=True)),
)
_ACTIVE = DATA_KEYS.c.retired_at.is_(None)
_MOST = 4096


@dataclass(frozen=True, slots=True)
class Sealed:
    """A field as it is stored.

    Attributes:
        column: Table and column, such as `findings.evidence`.
        row: What identifies the row in its table.
        key: The data key; None for a field from before there was encryption, which is plain.
        content: The field.
    """

    column: str
    row: str
    key: UUID | None
    content: bytes


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals fields of one organization for as long as the transaction lasts that it was made for."""

    organization: UUID
    key: UUID
    cipher: AESGCM

    def seal(self, column: str, row: object, plain: bytes) -> bytes:
        """Returns a field sealed for a row. The empty field stays empty: that it is can be seen anyway."""
        if not plain:
            return b""
        return envelope.seal(self.cipher, Place(self.organization, column, str(row)), plain)


class Keyring:
    """Data keys of all organizations.

    Args:
        keys: What wraps them.
        lifetime: Seconds for which a data key is kept in memory.
    """

    def __init__(self, keys: OrganizationKeys, lifetime: float = 60.0) -> None:
        self._keys = keys
        self._lifetime = lifetime
        self._known: dict[tuple[UUID, UUID], tuple[float, AESGCM]] = {}
        self._unwrapping: dict[tuple[UUID, UUID], asyncio.Task[AESGCM]] = {}

    async def sealer(self, rows: Rows) -> Sealer:
        """Returns what seals with the active data key, which stays the active one until the transaction ends.

        Raises:
            Failure: UNAVAILABLE; Vault is away.
            SealBrokenError: The organization is gone, and takes no keys any more.
        """
        active = await _active(rows)
        if active is None:
            await self._make(rows)
            active = await _active(rows)
        if active is None:
            raise SealBrokenError("the organization takes no data keys any more")
        cipher = await self._cipher(rows.organization, active.id, active.wrapped)
        return Sealer(rows.organization, active.id, cipher)

    async def open(self, organization: UUID, sealed: Sealed, find: Callable[[UUID], Awaitable[str | None]]) -> bytes:
        """Returns a field in the clear.

        Args:
            organization: Whose it is.
            sealed: The field as it is stored.
            find: Finds a wrapped data key of the organization; asked only where it isn't in memory.

        Raises:
            Failure: UNAVAILABLE; Vault is away.
            SealBrokenError: It isn't what was sealed there.
        """
        if sealed.key is None or not sealed.content:
            return sealed.content
        cipher = self._remembered(organization, sealed.key)
        if cipher is None:
            wrapped = await find(sealed.key)
            if wrapped is None:
                raise SealBrokenError(f"{sealed.column} of {sealed.row} is sealed with a key that is gone")
            cipher = await self._cipher(organization, sealed.key, wrapped)
        return envelope.unseal(cipher, Place(organization, sealed.column, sealed.row), sealed.content)

    def forget(self) -> None:
        """Forgets all data keys; they are unwrapped again when they are needed."""
        self._known.clear()

    async def _make(self, rows: Rows) -> None:
        """Gives the organization its first data key, unless another transaction did so or it is gone."""
        if not await ending.takes_keys(rows) or await _active(rows) is not None:
            return
        key, identifier = os.urandom(KEY_BYTES), identifiers.new()
        wrapped = await self._keys.wrap(rows.organization, key)
        row = {"organization_id": rows.organization, "id": identifier, "wrapped": wrapped}
        statement = insert(DATA_KEYS).on_conflict_do_nothing(index_elements=["organization_id"], index_where=_ACTIVE)
        await rows.execute(statement, row)

    def _remembered(self, organization: UUID, key: UUID) -> AESGCM | None:
        expiry, cipher = self._known.get((organization, key), (0.0, None))
        return cipher if expiry > asyncio.get_running_loop().time() else None

    async def _cipher(self, organization: UUID, key: UUID, wrapped: str) -> AESGCM:
        """Returns a data key ready for use; all who need it at the same time ask Vault once."""
        remembered = self._remembered(organization, key)
        if remembered is not None:
            return remembered
        place = (organization, key)
        unwrapping = self._unwrapping.get(place)
        if unwrapping is None:
            unwrapping = self._unwrapping[place] = asyncio.create_task(self._unwrap(organization, key, wrapped))
            unwrapping.add_done_callback(lambda task: self._unwrapped(place, task))
        return await asyncio.shield(unwrapping)

    async def _unwrap(self, organization: UUID, key: UUID, wrapped: str) -> AESGCM:
        asked = asyncio.get_running_loop().time()
        cipher = AESGCM(await self._keys.unwrap(organization, wrapped))
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[organization, key] = (asked + self._lifetime, cipher)
        return cipher

    def _unwrapped(self, place: tuple[UUID, UUID], task: asyncio.Task[AESGCM]) -> None:
        self._unwrapping.pop(place, None)
        if not task.cancelled():
            # Whoever asked has the exception; if all of them left, nobody needs it.
            task.exception()


async def find(rows: Rows, key: UUID) -> str | None:
    """Returns a wrapped data key of the organization, or None where there is none."""
    found = await rows.execute(select(DATA_KEYS.c.wrapped).where(DATA_KEYS.c.id == key))
    wrapped: str | None = found.scalar_one_or_none()
    return wrapped


async def _active(rows: Rows) -> Any | None:  # noqa: ANN401 - a row
    statement = select(DATA_KEYS.c.id, DATA_KEYS.c.wrapped).where(
        DATA_KEYS.c.organization_id == rows.organization, _ACTIVE
    )
    return (await rows.execute(statement.with_for_update(read=True))).one_or_none()
