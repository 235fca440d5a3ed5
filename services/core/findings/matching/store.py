"""Who has which key, and who is kept apart from whom, in PostgreSQL."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, delete, insert, or_, select, text

from services.core.findings import store
from services.core.findings.domain import Separation
from services.core.findings.matching.recording import Holder, Known, Seen
from services.core.findings.tables import KEYS, SEPARATIONS
from services.mesh.bulk import binary, insertion, pairs, rows_of
from services.mesh.database import Unit

_HOLDERS = text("SELECT key, finding_id, sighting_id FROM finding_keys WHERE key = ANY(CAST(:keys AS bytea[]))")
_SEPARATED = text(
    "SELECT first_id, second_id FROM finding_separations "
    "WHERE first_id = ANY(CAST(:findings AS uuid[])) AND second_id = ANY(CAST(:findings AS uuid[]))"
)
SEPARATED: Select[Any] = select(SEPARATIONS)
"""The statement for all separations that the transaction sees."""
_CLAIM = insertion(KEYS, ("key", "finding_id", "sighting_id"), conflict="key")
_MOVE = text(
    "UPDATE finding_keys SET finding_id = pair.new "
    "FROM json_to_recordset(CAST(:pairs AS json)) AS pair(old uuid, new uuid) WHERE finding_id = pair.old"
)
_SPLIT = text(
    "UPDATE finding_keys SET finding_id = :part WHERE finding_id = :rest "
    "AND key IN (SELECT unnest(keys) FROM sightings WHERE finding_id = :part) "
    "AND key NOT IN (SELECT unnest(keys) FROM sightings WHERE finding_id = :rest)"
)
_FIRST = text(
    "UPDATE finding_keys SET sighting_id = ("
    "SELECT id FROM sightings WHERE sightings.finding_id = finding_keys.finding_id AND key = ANY(keys) "
    "ORDER BY seen_at, id LIMIT 1) "
    "WHERE finding_id = :rest AND sighting_id IN (SELECT id FROM sightings WHERE finding_id = :part)"
)


async def known(unit: Unit, seen: Iterable[Seen]) -> Known:
    """Returns what there is already of what some sightings have in common with earlier ones."""
    keys = {key.value for one in seen for key in one.keys}
    rows = await unit.execute(_HOLDERS, {"keys": list(keys)})
    holders = {row.key: Holder(row.finding_id, row.sighting_id) for row in rows}
    findings = await store.get_all(unit, {holder.finding for holder in holders.values()})
    return Known(holders, findings, await separated(unit, findings))


async def separated(unit: Unit, findings: Collection[UUID]) -> Sequence[tuple[UUID, UUID]]:
    """Returns the pairs of some findings that are never matched."""
    if len(findings) <= 1:
        return ()
    rows = await unit.execute(_SEPARATED, {"findings": list(findings)})
    return [(row.first_id, row.second_id) for row in rows]


async def claim(unit: Unit, holders: Mapping[bytes, Holder]) -> None:
    """Writes who has keys that nobody had before."""
    rows = [
        {"key": binary(key), "finding_id": holder.finding, "sighting_id": holder.sighting}
        for key, holder in holders.items()
    ]
    if rows:
        await unit.execute(_CLAIM, rows_of(unit.organization, rows))


async def move(unit: Unit, moves: Mapping[UUID, UUID]) -> None:
    """Gives all keys of some findings to others, and what keeps them apart from third ones."""
    if not moves:
        return
    await unit.execute(_MOVE, {"pairs": pairs(moves)})
    apart = SEPARATIONS.c.first_id.in_(moves) | SEPARATIONS.c.second_id.in_(moves)
    rows = (await unit.execute(delete(SEPARATIONS).where(apart).returning(SEPARATIONS))).all()
    for old in map(separation, rows):
        new = replace(old, first=moves.get(old.first, old.first), second=moves.get(old.second, old.second))
        if new.first != new.second:
            await separate(unit, new)


async def split(unit: Unit, rest: UUID, part: UUID) -> None:
    """Gives a finding the keys that only sightings have that it took over from another; shared ones stay."""
    await unit.execute(_SPLIT, {"rest": rest, "part": part})
    await unit.execute(_FIRST, {"rest": rest, "part": part})


def separation(row: Row[Any]) -> Separation:
    """Returns a row as a separation."""
    return Separation(row.id, row.first_id, row.second_id, row.creator, row.created_at)


async def between(unit: Unit, one: UUID, other: UUID) -> Separation | None:
    """Returns the separation of two findings."""
    row = (await unit.execute(select(SEPARATIONS).where(_between(one, other)))).one_or_none()
    return separation(row) if row else None


async def separate(unit: Unit, new: Separation) -> None:
    """Keeps two findings apart, unless they are already."""
    if await between(unit, new.first, new.second) is None:
        values: dict[str, object] = {
            "organization_id": unit.organization,
            "id": new.id,
            "first_id": new.first,
            "second_id": new.second,
            "creator": new.creator,
            "created_at": new.created_at,
        }
        await unit.execute(insert(SEPARATIONS), values)


async def end(unit: Unit, identifier: UUID) -> Separation | None:
    """Ends a separation and returns it, or None where there is none."""
    statement = delete(SEPARATIONS).where(SEPARATIONS.c.id == identifier).returning(SEPARATIONS)
    row = (await unit.execute(statement)).one_or_none()
    return separation(row) if row else None


async def unite(unit: Unit, one: UUID, others: Iterable[UUID]) -> None:
    """Ends the separations of a finding from others."""
    for other in others:
        await unit.execute(delete(SEPARATIONS).where(_between(one, other)))


def _between(one: UUID, other: UUID) -> ColumnElement[bool]:
    first, second = SEPARATIONS.c.first_id, SEPARATIONS.c.second_id
    return or_(and_(first == one, second == other), and_(first == other, second == one))
