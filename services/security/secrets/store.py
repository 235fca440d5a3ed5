"""Data keys in PostgreSQL, as far as rotations change them."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update

from services.mesh.database import Unit
from services.mesh.encryption.keyring import DATA_KEYS
from services.mesh.encryption.resealing import SealedTable


async def wrapped(unit: Unit) -> dict[UUID, str]:
    """Returns the organization's data keys as they are wrapped."""
    rows = await unit.execute(select(DATA_KEYS.c.id, DATA_KEYS.c.wrapped))
    return {row.id: row.wrapped for row in rows}


async def switch(unit: Unit, key: UUID, new: str, rewrapped: dict[UUID, str]) -> None:
    """Makes a new data key the active one. Waits for everybody who is sealing with the one before."""
    await unit.execute(update(DATA_KEYS).where(DATA_KEYS.c.retired_at.is_(None)).values(retired_at=func.now()))
    for identifier, text in rewrapped.items():
        await unit.execute(update(DATA_KEYS).where(DATA_KEYS.c.id == identifier).values(wrapped=text))
    row = {"organization_id": unit.organization, "id": key, "wrapped": new}
    await unit.execute(insert(DATA_KEYS), row)


async def forget(unit: Unit) -> list[str]:
    """Removes the retired data keys; returns how those that stay are wrapped."""
    await unit.execute(delete(DATA_KEYS).where(DATA_KEYS.c.retired_at.is_not(None)))
    return list((await wrapped(unit)).values())


async def remaining(unit: Unit, tables: Iterable[SealedTable]) -> int:
    """Returns how many rows aren't sealed with the active data key."""
    return sum([(await unit.execute(table.remaining())).scalar_one() for table in tables])
