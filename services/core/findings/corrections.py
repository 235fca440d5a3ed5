"""Corrections by people of what was matched: findings made one, and parts taken out of them again."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from services.core.findings import changes, store
from services.core.findings.deadlines import clocks
from services.core.findings.domain import Finding, Separation, State
from services.core.findings.matching import merging
from services.core.findings.matching import store as index
from services.core.findings.matching.recording import Seen
from services.core.findings.sightings import store as sightings
from services.mesh import identifiers
from services.mesh.database import Unit
from services.mesh.errors import Failure, Reason, invalid_field


async def merge(unit: Unit, kept: Finding, others: Sequence[Finding]) -> tuple[Finding, list[Finding]]:
    """Makes findings duplicates of one, which keeps its state and its words; writes them with their events.

    Returns the one and the others as they are now. They may be matched from now on, whoever said before that not.

    Args:
        unit: The transaction, which has serialized on `changes.TOPIC`.
        kept: The one that stays.
        others: The others.

    Raises:
        Failure: ILLEGAL_TRANSITION; one of them is a duplicate already.
    """
    require_none_duplicate(kept)
    now = changes.now()
    duplicates = [merging.duplicate(other, kept, now) for other in others]
    for other in others:
        kept = merging.absorbed(kept, other, now)
    moves = {other.id: kept.id for other in others}
    chained = [merging.redirect(finding, kept.id, now) for finding in await store.duplicates_of(unit, moves)]
    await store.write(unit, [kept, *duplicates, *chained])
    await clocks.keep(unit, [one.id for one in (kept, *duplicates)])
    await index.unite(unit, kept.id, moves)
    await sightings.move(unit, moves)
    await index.move(unit, moves)
    for finding, verb in [*((one, "duplicated") for one in duplicates), *((one, "updated") for one in chained)]:
        unit.record(changes.event(unit.organization, finding, verb))
    unit.record(changes.event(unit.organization, kept, "merged"))
    return kept, duplicates


async def split(unit: Unit, finding: Finding, chosen: Collection[UUID]) -> tuple[Finding, Finding]:
    """Takes sightings out of a finding, writes both parts with their events, and returns them: the rest, and the part.

    The sightings that came with a duplicate, all of them and no others, are that finding again, in the state that it
    had; any others are a new one. The two are separated.

    Args:
        unit: The transaction, which has serialized on `changes.TOPIC`.
        finding: The finding.
        chosen: The sightings.

    Raises:
        Failure: ILLEGAL_TRANSITION; it is a duplicate. INVALID_FIELD; the sightings aren't some of its own, or are all.
    """
    require_none_duplicate(finding)
    rows = (await unit.execute(sightings.of(finding.id))).all()
    part = [row for row in rows if row.id in chosen]
    if len(part) != len(chosen):
        raise invalid_field("sightings", "they are to be sightings of the finding")
    if len(part) == len(rows):
        raise invalid_field("sightings", "some of the finding's sightings have to stay")
    came_with = {row.origin_id for row in rows if row.id in chosen}
    others = [row for row in rows if row.id not in chosen]
    origin = (
        next(iter(came_with)) if len(came_with) == 1 and not any(row.origin_id in came_with for row in others) else None
    )
    taken = [await sightings.seen(row, unit.open) for row in part]
    left = [await sightings.seen(row, unit.open) for row in others]
    return await _divide(unit, finding, await _taken_by(unit, finding, origin), taken, left)


async def _taken_by(unit: Unit, finding: Finding, origin: UUID | None) -> Finding:
    """Returns the finding that takes sightings over: the duplicate that they came with, or a new one."""
    duplicate = await store.get(unit, origin) if origin else None
    if duplicate and duplicate.duplicate_of == finding.id and duplicate.before:
        return replace(duplicate, state=duplicate.before, duplicate_of=None, before=None)
    return replace(
        finding, id=identifiers.new(), state=State.OPEN, dismissal_reason="", reworded=frozenset(), revision=0
    )


async def _divide(
    unit: Unit, finding: Finding, other: Finding, taken: Sequence[Seen], left: Sequence[Seen]
) -> tuple[Finding, Finding]:
    now = changes.now()
    rest = merging.of_sightings(finding, [seen.report for seen in left], now)
    part = merging.of_sightings(other, [seen.report for seen in taken], now)
    await store.write(unit, [rest, part])
    await clocks.keep(unit, [rest.id, part.id])
    await sightings.move_some(unit, [seen.report.sighting.id for seen in taken], part.id)
    await index.split(unit, rest.id, part.id)
    await index.separate(unit, Separation(identifiers.new(), rest.id, part.id, unit.actor, now))
    unit.record(changes.event(unit.organization, rest, "split"))
    unit.record(changes.event(unit.organization, part, "created" if part.revision == 1 else "restored"))
    return rest, part


def require_none_duplicate(finding: Finding) -> None:
    """Checks that a finding has sightings of its own.

    Raises:
        Failure: ILLEGAL_TRANSITION; it is a duplicate.
    """
    if finding.state is State.DUPLICATE:
        raise Failure(Reason.ILLEGAL_TRANSITION, "The finding is a duplicate; what is to be done is done to the other.")
