"""Imports, their files in blocks, and what they refused, in PostgreSQL."""

import zlib
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.core.imports.domain import Counts, Import, Refusal, State
from services.core.imports.tables import IMPORT_BLOCKS, IMPORT_REFUSALS, IMPORTS
from services.mesh.database import Database, Unit
from services.mesh.encryption.keyring import Sealed
from services.mesh.errors import Failure, Reason, not_found

_CONTENT, _REASON = "import_blocks.content", "import_refusals.reason"
# Reports are text that says the same again and again: the fastest level makes a tenth of them.
_LEVEL = 1
_GRACE = timedelta(days=1)
_COUNTS = tuple(field.name for field in fields(Counts))
_TRANSLATED = frozenset({*_COUNTS, "organization_id", "target_id", "engagement_id", "state"})
_OUTSIDE = text("""
    SELECT count(*) FROM findings f JOIN engagements e ON e.organization_id = f.organization_id
    WHERE f.organization_id = :organization AND f.import_id = :import AND e.id = :engagement
    AND (f.target_id IS NULL OR f.target_id <> ALL (e.targets))
""")


async def add(unit: Unit, value: Import) -> None:
    """Adds an import."""
    await unit.execute(insert(IMPORTS), _row(value))


async def find(unit: Unit, identifier: UUID, *, lock: bool = False) -> Import | None:
    """Returns an import if there is one; with `lock`, nobody else changes it until the transaction ends."""
    statement = every(unit).where(IMPORTS.c.id == identifier)
    row = (await unit.execute(statement.with_for_update() if lock else statement)).mappings().one_or_none()
    return of_row(row) if row else None


async def get(unit: Unit, identifier: UUID, *, lock: bool = False) -> Import:
    """Returns an import that has to be there, as `find` does.

    Raises:
        Failure: NOT_FOUND.
    """
    found = await find(unit, identifier, lock=lock)
    if found is None:
        raise not_found(f"organizations/{unit.organization}/imports/{identifier}")
    return found


async def save(unit: Unit, value: Import) -> None:
    """Writes a changed import."""
    statement = update(IMPORTS).where(IMPORTS.c.organization_id == unit.organization, IMPORTS.c.id == value.id)
    await unit.execute(statement.values(_row(value)))


def every(unit: Unit) -> Select[Any]:
    """Selects the organization's imports."""
    return select(IMPORTS).where(IMPORTS.c.organization_id == unit.organization)


async def kept(unit: Unit, now: datetime) -> int:
    """Returns how many bytes of files the organization has that aren't worked off."""
    live = or_(IMPORTS.c.state == State.PROCESSING, IMPORTS.c.expires_at > now - _GRACE)
    statement = select(func.coalesce(func.sum(IMPORTS.c.received), 0)).where(
        IMPORTS.c.organization_id == unit.organization,
        IMPORTS.c.state.in_([State.RECEIVING, State.PROCESSING]),
        live,
    )
    return int((await unit.execute(statement)).scalar_one())


async def add_block(unit: Unit, value: Import, content: bytes) -> None:
    """Keeps the next bytes of an import's file, packed and sealed.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    sealer = await unit.sealer()
    packed = zlib.compress(content, _LEVEL)
    row = {
        "organization_id": unit.organization,
        "import_id": value.id,
        "start": value.received,
        "content": sealer.seal(_CONTENT, f"{value.id} {value.received}", packed),
        "expires_at": value.expires_at,
        "data_key_id": sealer.key,
    }
    await unit.execute(insert(IMPORT_BLOCKS), row)


async def block(unit: Unit, identifier: UUID, position: int) -> tuple[int, bytes] | None:
    """Returns the block that holds a byte of an import's file, and where it starts; None past the end.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    statement = (
        select(IMPORT_BLOCKS)
        .where(
            IMPORT_BLOCKS.c.organization_id == unit.organization,
            IMPORT_BLOCKS.c.import_id == identifier,
            IMPORT_BLOCKS.c.start <= position,
        )
        .order_by(IMPORT_BLOCKS.c.start.desc())
        .limit(1)
    )
    row = (await unit.execute(statement)).one_or_none()
    if row is None:
        return None
    packed = await unit.open(Sealed(_CONTENT, f"{identifier} {row.start}", row.data_key_id, row.content))
    content = zlib.decompress(packed)
    return (row.start, content) if position < row.start + len(content) else None


async def remove_blocks(unit: Unit, identifier: UUID) -> None:
    """Removes an import's file."""
    await unit.execute(
        delete(IMPORT_BLOCKS).where(
            IMPORT_BLOCKS.c.organization_id == unit.organization, IMPORT_BLOCKS.c.import_id == identifier
        )
    )


async def tally(unit: Unit, identifier: UUID, *, created: int, seen_again: int, reopened: int, merged: int) -> None:
    """Counts what came of a batch of sightings, in the transaction that records them: no batch counts twice.

    Raises:
        Failure: ILLEGAL_TRANSITION; the import was cancelled meanwhile, and nothing more of it is recorded.
    """
    columns = IMPORTS.c
    statement = update(IMPORTS).where(columns.organization_id == unit.organization, columns.id == identifier)
    counted = await unit.execute(
        statement.where(columns.state == State.PROCESSING).values(
            created=columns.created + created,
            seen_again=columns.seen_again + seen_again,
            reopened=columns.reopened + reopened,
            merged=columns.merged + merged,
        )
    )
    if not counted.rowcount and await find(unit, identifier) is not None:
        raise Failure(Reason.ILLEGAL_TRANSITION, "The import records nothing any more.")


async def outside_scope(unit: Unit, value: Import) -> int:
    """Returns how many findings that an import has seen are of no target in the scope of its engagement."""
    of_it = {"organization": unit.organization, "import": value.id, "engagement": value.engagement}
    return int((await unit.execute(_OUTSIDE, of_it)).scalar_one())


async def add_refusals(unit: Unit, identifier: UUID, refusals: Sequence[Refusal]) -> None:
    """Adds what couldn't be read; what is there already stays.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    if not refusals:
        return
    sealer = await unit.sealer()
    rows = [
        asdict(refusal)
        | {
            "organization_id": unit.organization,
            "import_id": identifier,
            "reason": sealer.seal(_REASON, f"{identifier} {refusal.number}", refusal.reason.encode()),
            "data_key_id": sealer.key,
        }
        for refusal in refusals
    ]
    await unit.execute(upsert(IMPORT_REFUSALS).on_conflict_do_nothing(), rows)


def refusals_of(unit: Unit, identifier: UUID) -> Select[Any]:
    """Selects what an import refused."""
    return select(IMPORT_REFUSALS).where(
        IMPORT_REFUSALS.c.organization_id == unit.organization, IMPORT_REFUSALS.c.import_id == identifier
    )


async def refusal(database: Database, row: RowMapping) -> Refusal:
    """Returns a row as a refusal.

    Raises:
        Failure: UNAVAILABLE; Vault is away.
    """
    place = f"{row['import_id']} {row['number']}"
    reason = await database.open(Sealed(_REASON, place, row["data_key_id"], row["reason"]))
    return Refusal(row["number"], row["position"], reason.decode(), row["count"])


def of_row(row: RowMapping) -> Import:
    """Returns a row of the table as an import."""
    plain = {column: row[column] for column in row if column not in _TRANSLATED}
    return Import(
        organization=row["organization_id"],
        target=row["target_id"],
        engagement=row["engagement_id"],
        state=State(row["state"]),
        counts=Counts(**{name: row[name] for name in _COUNTS}),
        **plain,
    )


def _row(value: Import) -> dict[str, Any]:
    row = asdict(value)
    row |= row.pop("counts")
    row |= {"organization_id": row.pop("organization"), "target_id": row.pop("target"), "state": value.state.value}
    row["engagement_id"] = row.pop("engagement")
    return row
