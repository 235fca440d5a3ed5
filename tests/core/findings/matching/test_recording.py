"""What sightings make of findings, without a database: in whatever order, and however they are cut into batches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.findings import domain
from services.core.findings.domain import Change, Finding, Report, Severity, State, Wording
from services.core.findings.matching.keys import Kind, keys
from services.core.findings.matching.recording import Batch, Holder, Known, Recorded, Seen, record
from services.mesh import identifiers
from tests.core.findings.samples import NOW, ORGANIZATION, WEAKNESS, finding, later, report


def of(*reports: Report) -> list[Seen]:
    return [Seen(one, keys(ORGANIZATION, one)) for one in reports]


@dataclass
class Memory:
    """What the database would keep."""

    holders: dict[bytes, Holder] = field(default_factory=dict)
    findings: dict[UUID, Finding] = field(default_factory=dict)
    members: dict[UUID, set[UUID]] = field(default_factory=dict)
    separated: list[tuple[UUID, UUID]] = field(default_factory=list)

    def record(self, reports: Iterable[Report], now: datetime = NOW) -> Batch:
        seen = of(*reports)
        wanted = {key.value for one in seen for key in one.keys}
        holders = {key: holder for key, holder in self.holders.items() if key in wanted}
        findings = {holder.finding: self.findings[holder.finding] for holder in holders.values()}
        batch = record(seen, Known(holders, findings, self.separated), now, identifiers.new)
        for entry in batch.recorded:
            self._keep(entry)
        self.holders |= batch.keys
        return batch

    def _keep(self, entry: Recorded) -> None:
        kept = entry.finding.id
        self.findings[kept] = entry.finding
        self.members.setdefault(kept, set()).update(one.report.sighting.id for one in entry.sightings)
        for other in entry.duplicates:
            self.findings[other.id] = other
            self.members[kept] |= self.members.pop(other.id)
            for key, holder in self.holders.items():
                if holder.finding == other.id:
                    self.holders[key] = Holder(kept, holder.sighting)

    def live(self) -> dict[frozenset[UUID], Finding]:
        """Returns the findings that are no duplicates, by the sightings that they have."""
        return {frozenset(sightings): self.findings[one] for one, sightings in self.members.items()}


def content(found: Finding) -> Finding:
    """Returns a finding without what differs with each run: its identifier, and how often it was written."""
    return replace(found, id=UUID(int=0), revision=0, updated_at=NOW)


def seen(*reports: Report, known: Finding | None = None) -> Recorded:
    memory = Memory()
    if known:
        memory.findings[known.id] = known
        memory.members[known.id] = set()
        (key,) = keys(ORGANIZATION, report())
        memory.holders[key.value] = Holder(known.id, identifiers.new())
    (entry,) = memory.record(reports, later(100)).recorded
    return entry


def test_a_first_sighting_makes_an_open_finding() -> None:
    first = report(evidence="raw")
    entry = seen(first)
    found = entry.finding
    assert entry.change is Change.CREATED
    assert [(one.report, one.matches) for one in entry.sightings] == [(first, ())]
    assert (found.state, found.sighting_count, found.revision) == (State.OPEN, 1, 1)
    assert (found.first_seen_at, found.last_seen_at, found.updated_at) == (NOW, NOW, later(100))
    assert (found.scan, found.evidence, found.weakness) == (first.sighting.scan, "raw", WEAKNESS)


def test_a_second_sighting_is_the_same_finding() -> None:
    first = finding()
    entry = seen(report(2, evidence="newer"), known=first)
    assert (entry.change, entry.finding.id) == (Change.SEEN, first.id)
    assert (entry.finding.sighting_count, entry.finding.revision, entry.finding.evidence) == (2, 2, "newer")
    assert (entry.finding.first_seen_at, entry.finding.last_seen_at) == (NOW, later(2))
    assert [match.kind for match in entry.sightings[0].matches] == [Kind.RULE]


def test_two_sightings_in_one_batch_are_one_new_finding() -> None:
    entry = seen(report(3, evidence="latest"), report(1))
    assert entry.change is Change.CREATED
    assert (entry.finding.sighting_count, entry.finding.revision) == (2, 1)
    assert (entry.finding.first_seen_at, entry.finding.last_seen_at) == (later(1), later(3))
    assert entry.finding.evidence == "latest"
    earlier, latest = entry.sightings
    assert [match.sighting for match in latest.matches] == [earlier.report.sighting.id]


def test_other_places_are_other_findings() -> None:
    batch = Memory().record([report(), report(location="https://example.com/b"), report(check="http.csp")])
    assert [entry.change for entry in batch.recorded] == [Change.CREATED] * 3
    assert len({entry.finding.id for entry in batch.recorded}) == 3


def test_an_older_sighting_that_comes_late_adds_no_news() -> None:
    first = finding(first_seen_at=later(5), last_seen_at=later(5), evidence="newer")
    found = seen(report(1, evidence="older", wording={"title": "Older"}), known=first).finding
    assert (found.first_seen_at, found.last_seen_at) == (later(1), later(5))
    assert (found.evidence, found.scan, found.weakness) == ("newer", first.scan, first.weakness)
    assert found.sighting_count == 2


def test_checks_may_word_better_but_not_over_people() -> None:
    mine = domain.reword(finding(), Wording("Mine", "", Severity.LOW, ""), frozenset({"title"}), NOW)
    found = seen(report(1, wording={"title": "Theirs", "severity": Severity.HIGH}), known=mine).finding
    assert found.weakness.wording.title == "Mine"
    assert found.weakness.wording.severity is Severity.HIGH


@pytest.mark.parametrize(
    ("state", "change", "after"),
    [
        *((state, Change.SEEN, state) for state in State if state not in {State.RESOLVED, State.DUPLICATE}),
        (State.RESOLVED, Change.REOPENED, State.OPEN),
    ],
)
def test_what_a_further_sighting_does_by_state(state: State, change: Change, after: State) -> None:
    before = finding(state=state, dismissal_reason="because" if state is State.DISMISSED else "")
    entry = seen(report(9), known=before)
    assert (entry.change, entry.finding.state) == (change, after)
    assert entry.finding.sighting_count == 2
    assert entry.finding.dismissal_reason == before.dismissal_reason


def imported(minutes: int, tool: str, check: str, place: str, cves: Sequence[str], part: str, target: int) -> Report:
    """Returns a sighting of a tool, with two to four keys."""
    seen_at = report(minutes / 60, evidence=f"{tool} {minutes}", wording={"title": f"{tool}: {check}"})
    sighting = replace(seen_at.sighting, scan=None, imported=UUID(int=7), tool=tool, place=place, part=part)
    weakness = replace(
        seen_at.weakness,
        target=UUID(int=target) if target else None,
        check=check,
        location=place,
        cves=tuple(cves),
        cwes=(79,),
    )
    return Report(sighting, weakness)


REPORTS = st.lists(
    st.builds(
        imported,
        st.integers(0, 5),
        st.sampled_from(["ZAP", "Nuclei"]),
        st.sampled_from(["10038", "10020", "one", "two"]),
        st.sampled_from(["https://example.com/", "https://example.com/a"]),
        st.lists(st.sampled_from(["CVE-2024-1111", "CVE-2024-2222"]), max_size=2),
        st.sampled_from(["", "q"]),
        st.sampled_from([0, 0, 1, 2]),
    ),
    max_size=14,
)


@settings(max_examples=150, deadline=None)
@given(REPORTS, st.data())
def test_neither_order_nor_batches_make_a_difference(reports: list[Report], data: st.DataObject) -> None:
    whole, parts = Memory(), Memory()
    whole.record(reports)
    shuffled = data.draw(st.permutations(reports))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(reports)), max_size=5)))
    for start, end in zip([0, *cuts], [*cuts, len(reports)], strict=True):
        parts.record(shuffled[start:end])
    one, other = whole.live(), parts.live()
    assert set(one) == set(other)
    for members, found in one.items():
        assert content(found) == content(other[members])
        assert found.sighting_count == len(members)
    assert set(whole.holders) == set(parts.holders)


@settings(max_examples=100, deadline=None)
@given(REPORTS, REPORTS, st.data())
def test_what_is_separated_stays_apart(first: list[Report], then: list[Report], data: st.DataObject) -> None:
    memory = Memory()
    memory.record(first)
    pairs = list(combinations(memory.members, 2))
    memory.separated = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    before = {one: set(sightings) for one, sightings in memory.members.items()}
    cut = data.draw(st.integers(0, len(then)))
    for batch in (then[:cut], then[cut:]):
        memory.record(batch)
        # As the store does it: what is merged is separated from what either was.
        where = {sighting: one for one, sightings in memory.members.items() for sighting in sightings}
        now = {one: where[next(iter(sightings))] for one, sightings in before.items()}
        for one, other in memory.separated:
            assert now.get(one, one) != now.get(other, other)
        memory.separated = [(now.get(one, one), now.get(other, other)) for one, other in memory.separated]
        before = {one: set(sightings) for one, sightings in memory.members.items()}
    everything = [sighting for sightings in memory.members.values() for sighting in sightings]
    assert sorted(everything) == sorted(one.sighting.id for one in (*first, *then))


HOME = "https://example.com/"
ONE = imported(1, "ZAP", "10038", HOME, [], "", 0)
OTHER = imported(2, "Nuclei", "two", HOME, ["CVE-2024-1111"], "", 0)
LINK = imported(3, "Nuclei", "http-missing-security-headers:content-security-policy", HOME, OTHER.weakness.cves, "", 0)


def linked(one: State = State.OPEN, other: State = State.OPEN) -> tuple[Recorded, list[UUID]]:
    """Returns what a sighting makes of two findings that it links, and their identifiers."""
    memory = Memory()
    memory.record([ONE, OTHER])
    before = list(memory.members)
    for identifier, state in zip(before, (one, other), strict=True):
        memory.findings[identifier] = replace(memory.findings[identifier], state=state)
    (entry,) = memory.record([LINK]).recorded
    return entry, before


def test_a_sighting_that_links_two_findings_makes_them_one() -> None:
    entry, (first, second) = linked()
    assert (entry.finding.id, entry.finding.sighting_count) == (first, 3)
    assert [(one.id, one.state, one.duplicate_of) for one in entry.duplicates] == [(second, State.DUPLICATE, first)]
    matches = [(match.kind, match.sighting) for match in entry.sightings[0].matches]
    assert matches == [(Kind.CVE, OTHER.sighting.id), (Kind.WEAKNESS, ONE.sighting.id)]


@pytest.mark.parametrize(
    ("one", "other", "merged"),
    [
        (State.OPEN, State.TRIAGED, State.TRIAGED),
        (State.DISMISSED, State.OPEN, State.DISMISSED),
        (State.IN_REMEDIATION, State.DISMISSED, State.IN_REMEDIATION),
        (State.RISK_ACCEPTED, State.RESOLVED, State.RISK_ACCEPTED),
    ],
)
def test_of_two_states_the_one_that_keeps_work_stays(one: State, other: State, merged: State) -> None:
    assert linked(one, other)[0].finding.state is merged
    assert linked(other, one)[0].finding.state is merged
