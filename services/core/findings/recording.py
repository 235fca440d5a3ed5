"""How a batch of sightings is recorded: what is new of it, with its events, in a constant number of statements."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.core.findings import changes, store
from services.core.findings.deadlines import clocks
from services.core.findings.deadlines.domain import Clock
from services.core.findings.domain import Change, Finding, Report
from services.core.findings.matching import merging, recording
from services.core.findings.matching import store as index
from services.core.findings.matching.keys import keys
from services.core.findings.matching.recording import Batch, Recorded, Seen
from services.core.findings.sightings import store as sightings
from services.mesh import identifiers
from services.mesh.database import Unit


def seen(organization: UUID, reports: Iterable[Report]) -> Sequence[Seen]:
    """Returns sightings with their keys: the work of a batch that needs no transaction, which others would wait for."""
    return [Seen(report, keys(organization, report)) for report in reports]


async def record(unit: Unit, sent: Sequence[Seen], source: str = "") -> Sequence[Recorded]:
    """Writes what is new of a batch with its events, and returns what became of the findings.

    The number of statements doesn't depend on the number of sightings. What an import sees again has no event: a
    thousand of them would say nothing but that the import runs, which it says itself.

    Args:
        unit: The transaction, which has serialized on `changes.TOPIC`.
        sent: The sightings with their keys.
        source: What their import is one of; empty for what can't be compared.
    """
    recorded = await sightings.recorded(unit, [one.report.sighting.id for one in sent])
    fresh = {one.report.sighting.id: one for one in sent if one.report.sighting.id not in recorded}
    if not fresh:
        return ()
    known = await index.known(unit, fresh.values())
    batch = recording.record(fresh.values(), known, changes.now(), identifiers.new)
    due = await _write(unit, batch, source)
    for finding, verb in _told(batch.recorded):
        unit.record(changes.event(unit.organization, clocks.shown(finding, due), verb))
    return batch.recorded


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of a batch.

    Attributes:
        created: Findings that are new.
        seen_again: Sightings of findings known before.
        repeated: Sightings recorded before.
        reopened: Findings that were resolved and are open again.
        merged: Findings that became duplicates.
    """

    created: int
    seen_again: int
    repeated: int
    reopened: int
    merged: int


def counted(batch: Sequence[Recorded], sent: int) -> Counted:
    """Returns what became of a batch of `sent` sightings."""
    fresh = sum(len(entry.sightings) for entry in batch)
    created = sum(entry.change is Change.CREATED for entry in batch)
    reopened = sum(entry.change is Change.REOPENED for entry in batch)
    merged = sum(len(entry.duplicates) for entry in batch)
    return Counted(created, fresh - created, sent - fresh, reopened, merged)


async def _write(unit: Unit, batch: Batch, source: str) -> Mapping[UUID, Clock]:
    """Writes what has become of findings and sightings, and returns the clocks."""
    moves = {other.id: entry.finding.id for entry in batch.recorded for other in entry.duplicates}
    duplicates = [other for entry in batch.recorded for other in entry.duplicates]
    chained = [
        merging.redirect(finding, moves[finding.duplicate_of], changes.now())
        for finding in await store.duplicates_of(unit, moves)
        if finding.duplicate_of
    ]
    written = [*(entry.finding for entry in batch.recorded), *duplicates, *chained]
    await store.write(unit, written)
    due = await clocks.keep(unit, [finding.id for finding in written])
    await sightings.move(unit, moves)
    await index.move(unit, moves)
    await sightings.write(unit, batch.recorded, source)
    await index.claim(unit, batch.keys)
    return due


def _told(batch: Sequence[Recorded]) -> Iterator[tuple[Finding, str]]:
    """Yields what is told of a batch, and by which verb."""
    for entry in batch:
        for duplicate in entry.duplicates:
            yield duplicate, "duplicated"
        if entry.duplicates:
            yield entry.finding, "merged"
        elif entry.change is not Change.SEEN or entry.finding.scan:
            yield entry.finding, entry.change.value
