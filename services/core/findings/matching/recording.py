"""What a batch of sightings makes of findings, without a database.

Findings are the connected components of sightings that share a key, so neither the order of sightings nor the way that
they are cut into batches makes a difference to which of them are together, or to what their finding says.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from services.core.findings.domain import Change, Finding, Report, State
from services.core.findings.matching import merging
from services.core.findings.matching.components import Components
from services.core.findings.matching.keys import Key, Kind


@dataclass(frozen=True, slots=True)
class Holder:
    """Which finding has a key, and the first sighting that had it."""

    finding: UUID
    sighting: UUID


@dataclass(frozen=True, slots=True)
class Match:
    """A key that a sighting shares with an earlier one."""

    kind: Kind
    sighting: UUID


@dataclass(frozen=True, slots=True)
class Seen:
    """A sighting with its keys, and how it was matched: nothing for the first of a finding."""

    report: Report
    keys: tuple[Key, ...]
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What there is already.

    Attributes:
        holders: Who has the keys of the batch, as far as anybody has.
        findings: Those findings, by identifier.
        separated: Pairs of them that are never matched.
    """

    holders: Mapping[bytes, Holder] = field(default_factory=dict)
    findings: Mapping[UUID, Finding] = field(default_factory=dict)
    separated: Sequence[tuple[UUID, UUID]] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finding after a batch, what the batch did to it, its new sightings, and what became a duplicate of it."""

    finding: Finding
    change: Change
    sightings: tuple[Seen, ...]
    duplicates: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of a batch: its findings, and the keys that nobody had before."""

    recorded: tuple[Recorded, ...]
    keys: Mapping[bytes, Holder]


def record(seen: Iterable[Seen], known: Known, now: datetime, new_id: Callable[[], UUID]) -> Batch:
    """Returns what a batch of sightings, none recorded before, makes of findings.

    Args:
        seen: The sightings with their keys.
        known: What there is already.
        now: The time.
        new_id: Makes identifiers of new findings.
    """
    matching = _Matching(known, new_id)
    for one in sorted(seen, key=lambda one: (one.report.sighting.time, one.report.sighting.id)):
        matching.place(one)
    recorded = {root: _fold(root, group, now) for root, group in matching.groups().items()}
    found = {root: entry.finding.id for root, entry in recorded.items()}
    keys = {
        key: Holder(found[matching.components.find(holder.finding)], holder.sighting)
        for key, holder in matching.claimed.items()
    }
    return Batch(tuple(recorded.values()), keys)


@dataclass(slots=True)
class _Group:
    known: list[Finding] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)


class _Matching:
    """Puts sightings into components, one after the other."""

    def __init__(self, known: Known, new_id: Callable[[], UUID]) -> None:
        self.components = Components(known.separated)
        self.claimed: dict[bytes, Holder] = {}
        self._known = known
        self._new_id = new_id
        self._placed: list[tuple[UUID, Seen]] = []

    def place(self, seen: Seen) -> None:
        """Puts a sighting where its strongest key is, and what its other keys link with it, unless separated."""
        held = [(key, holder) for key in seen.keys if (holder := self._holder(key.value))]
        home = held[0][1].finding if held else self._new_id()
        matches = tuple(
            Match(key.kind, holder.sighting) for key, holder in held if self.components.join(home, holder.finding)
        )
        for key in seen.keys:
            if self._holder(key.value) is None:
                self.claimed[key.value] = Holder(home, seen.report.sighting.id)
        self._placed.append((home, replace(seen, matches=matches) if matches else seen))

    def groups(self) -> dict[UUID, _Group]:
        """Returns the components that have sightings of the batch."""
        groups: dict[UUID, _Group] = {}
        for home, seen in self._placed:
            groups.setdefault(self.components.find(home), _Group()).seen.append(seen)
        for identifier, finding in self._known.findings.items():
            if group := groups.get(self.components.find(identifier)):
                group.known.append(finding)
        return groups

    def _holder(self, key: bytes) -> Holder | None:
        return self._known.holders.get(key) or self.claimed.get(key)


def _fold(root: UUID, group: _Group, now: datetime) -> Recorded:
    known = sorted(group.known, key=lambda finding: (finding.first_seen_at, finding.id))
    if not known:
        return Recorded(_found(root, group.seen, now), Change.CREATED, tuple(group.seen))
    finding, change = known[0], Change.SEEN
    duplicates = tuple(merging.duplicate(other, finding, now) for other in known[1:])
    for other in known[1:]:
        finding = merging.linked(finding, other, now)
    for seen in group.seen:
        finding = _see(finding, seen)
    if finding.state is State.RESOLVED:
        finding, change = replace(finding, state=State.OPEN), Change.REOPENED
    finding = replace(finding, updated_at=now, revision=known[0].revision + 1)
    return Recorded(finding, change, tuple(group.seen), duplicates)


def _found(identifier: UUID, group: Sequence[Seen], now: datetime) -> Finding:
    """Returns a new finding of sightings, of which nearly always there is one: it is made at once as that one says."""
    first, *others = group
    finding = _discover(identifier, first, now)
    for seen in others:
        finding = _see(finding, seen)
    return finding


def _discover(identifier: UUID, seen: Seen, now: datetime) -> Finding:
    sighting = seen.report.sighting
    return Finding(
        id=identifier,
        weakness=seen.report.weakness,
        reworded=frozenset(),
        evidence=sighting.evidence,
        state=State.OPEN,
        dismissal_reason="",
        sighting_count=1,
        scan=sighting.scan,
        imported=sighting.imported,
        latest=sighting.id,
        tool=sighting.tool or sighting.executor,
        first_seen_at=sighting.time,
        last_seen_at=sighting.time,
        updated_at=now,
    )


def _see(finding: Finding, seen: Seen) -> Finding:
    """Returns the finding after a sighting; one from before the latest adds no news."""
    sighting, weakness = seen.report.sighting, seen.report.weakness
    targets = [target for target in (finding.weakness.target, weakness.target) if target]
    target = min(targets, default=None)
    first, count = min(finding.first_seen_at, sighting.time), finding.sighting_count + 1
    if (sighting.time, sighting.id) < merging.seen_last(finding):
        weakness = finding.weakness
        if target != weakness.target:
            weakness = replace(weakness, target=target)
        return replace(finding, weakness=weakness, sighting_count=count, first_seen_at=first)
    wording = weakness.wording
    if finding.reworded:
        kept = {name: getattr(finding.weakness.wording, name) for name in finding.reworded}
        wording = replace(wording, **kept)
    return replace(
        finding,
        weakness=replace(weakness, wording=wording, target=target),
        evidence=sighting.evidence,
        scan=sighting.scan,
        imported=sighting.imported,
        latest=sighting.id,
        tool=sighting.tool or sighting.executor,
        sighting_count=count,
        first_seen_at=first,
        last_seen_at=sighting.time,
    )
