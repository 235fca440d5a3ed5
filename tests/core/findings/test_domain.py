"""Findings from the first sighting to their closure, without a database."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.findings import domain
from services.core.findings.domain import TRANSITIONS, Change, Finding, Recorded, Report, Severity, State, Wording
from services.mesh import identifiers
from services.mesh.errors import Failure, Reason
from tests.core.findings.samples import NOW, ORGANIZATION, WEAKNESS, later, report


def record(*reports: Report, known: Sequence[Finding] = ()) -> list[Recorded]:
    return domain.record(
        ORGANIZATION, reports, {finding.identity: finding for finding in known}, later(100), identifiers.new
    )


def seen(*reports: Report, known: Finding | None = None) -> Finding:
    (entry,) = record(*(reports or (report(),)), known=[known] if known else [])
    return entry.finding


def in_state(state: State) -> Finding:
    finding = seen()
    if state is State.OPEN:
        return finding
    return moved(finding, state, "because" if state is State.DISMISSED else "")


def moved(finding: Finding, state: State, reason: str = "") -> Finding:
    other = identifiers.new() if state is State.DUPLICATE else None
    return domain.move(finding, state, later(1), reason, other)


def test_a_first_sighting_makes_an_open_finding() -> None:
    first = report(evidence="raw")
    (entry,) = record(first)
    finding = entry.finding
    assert entry.change is Change.CREATED
    assert entry.sightings == (first.sighting,)
    assert (finding.state, finding.sighting_count, finding.revision) == (State.OPEN, 1, 1)
    assert (finding.first_seen_at, finding.last_seen_at, finding.updated_at) == (NOW, NOW, later(100))
    assert (finding.scan, finding.evidence, finding.weakness) == (first.sighting.scan, "raw", WEAKNESS)


def test_a_second_sighting_is_the_same_finding() -> None:
    first = seen()
    (entry,) = record(report(2, evidence="newer"), known=[first])
    finding = entry.finding
    assert entry.change is Change.SEEN
    assert finding.id == first.id
    assert (finding.sighting_count, finding.revision, finding.evidence) == (2, 2, "newer")
    assert (finding.first_seen_at, finding.last_seen_at) == (NOW, later(2))


def test_two_sightings_in_one_batch_are_one_new_finding() -> None:
    reports = [report(3, evidence="latest"), report(1)]
    (entry,) = record(*reports)
    assert entry.change is Change.CREATED
    assert (entry.finding.sighting_count, entry.finding.revision) == (2, 1)
    assert (entry.finding.first_seen_at, entry.finding.last_seen_at) == (later(1), later(3))
    assert entry.finding.evidence == "latest"
    assert {sighting.id for sighting in entry.sightings} == {one.sighting.id for one in reports}


def test_other_places_are_other_findings() -> None:
    entries = record(report(), report(location="https://example.com/b"), report(check="http.csp"))
    assert [entry.change for entry in entries] == [Change.CREATED] * 3
    assert len({entry.finding.id for entry in entries}) == 3


def test_an_older_sighting_that_comes_late_adds_no_news() -> None:
    first = seen(report(5, evidence="newer"))
    finding = seen(report(1, evidence="older", wording={"title": "Older"}), known=first)
    assert (finding.first_seen_at, finding.last_seen_at) == (later(1), later(5))
    assert (finding.evidence, finding.scan, finding.weakness) == ("newer", first.scan, first.weakness)
    assert finding.sighting_count == 2


def test_checks_may_word_better_but_not_over_people() -> None:
    finding = domain.reword(seen(), Wording("Mine", "", Severity.LOW, ""), frozenset({"title"}), NOW)
    assert finding.weakness.wording.title == "Mine"
    assert finding.weakness.wording.severity is Severity.MEDIUM
    finding = seen(report(1, wording={"title": "Theirs", "severity": Severity.HIGH}), known=finding)
    assert finding.weakness.wording.title == "Mine"
    assert finding.weakness.wording.severity is Severity.HIGH


def test_a_title_can_not_be_taken_away() -> None:
    with pytest.raises(Failure, match="needs a title") as caught:
        domain.reword(seen(), Wording(" ", "", Severity.LOW, ""), frozenset({"title"}), NOW)
    assert caught.value.reason is Reason.INVALID_FIELD


@pytest.mark.parametrize(
    ("state", "change", "after"),
    [
        (State.OPEN, Change.SEEN, State.OPEN),
        (State.TRIAGED, Change.SEEN, State.TRIAGED),
        (State.RESOLVED, Change.REOPENED, State.OPEN),
        (State.DISMISSED, Change.SEEN, State.DISMISSED),
        (State.IN_REMEDIATION, Change.SEEN, State.IN_REMEDIATION),
        (State.READY_FOR_RETEST, Change.SEEN, State.READY_FOR_RETEST),
        (State.RISK_ACCEPTED, Change.SEEN, State.RISK_ACCEPTED),
    ],
)
def test_what_a_further_sighting_does_by_state(state: State, change: Change, after: State) -> None:
    before = in_state(state)
    (entry,) = record(report(9), known=[before])
    assert (entry.change, entry.finding.state) == (change, after)
    assert entry.finding.sighting_count == 2
    assert entry.finding.dismissal_reason == before.dismissal_reason


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_a_finding_goes_where_its_state_leads(before: State, after: State) -> None:
    finding = in_state(before)
    if after in TRANSITIONS[before]:
        changed = moved(finding, after)
        assert (changed.state, changed.updated_at, changed.revision) == (after, later(1), finding.revision + 1)
        kept = finding.dismissal_reason if after is State.DUPLICATE else ""
        assert changed.dismissal_reason == kept
        assert changed.before == (before if after is State.DUPLICATE else None)
    else:
        with pytest.raises(Failure, match=f"is {before.name} and can't become {after.name}") as caught:
            moved(finding, after)
        assert caught.value.reason is Reason.ILLEGAL_TRANSITION


def test_the_table_is_what_was_decided() -> None:
    closures = {"RESOLVED", "DISMISSED", "RISK_ACCEPTED", "DUPLICATE"}
    assert {state: {after.name for after in ways} for state, ways in TRANSITIONS.items()} == {
        State.OPEN: {"TRIAGED", "IN_REMEDIATION", "READY_FOR_RETEST", *closures},
        State.TRIAGED: {"OPEN", "IN_REMEDIATION", "READY_FOR_RETEST", *closures},
        State.IN_REMEDIATION: {"OPEN", "READY_FOR_RETEST", *closures},
        State.READY_FOR_RETEST: {"OPEN", "IN_REMEDIATION", *closures},
        State.RESOLVED: {"OPEN", "DUPLICATE"},
        State.DISMISSED: {"OPEN", "DUPLICATE"},
        State.RISK_ACCEPTED: {"OPEN", "RESOLVED", "DUPLICATE"},
        State.DUPLICATE: set(),
    }


def test_a_contradiction_can_not_be_written() -> None:
    finding = in_state(State.OPEN)
    for broken in (
        {"state": State.DUPLICATE},
        {"duplicate_of": identifiers.new()},
        {"before": State.OPEN},
        {"state": State.DUPLICATE, "duplicate_of": identifiers.new()},
        {"state": State.DUPLICATE, "duplicate_of": finding.id, "before": State.OPEN},
    ):
        with pytest.raises(ValueError, match="duplicate"):
            replace(finding, **broken)


@pytest.mark.parametrize(
    ("score", "severity"),
    [
        (0.0, Severity.INFO),
        (0.1, Severity.LOW),
        (3.9, Severity.LOW),
        (4.0, Severity.MEDIUM),
        (6.9, Severity.MEDIUM),
        (7.0, Severity.HIGH),
        (8.9, Severity.HIGH),
        (9.0, Severity.CRITICAL),
        (10.0, Severity.CRITICAL),
    ],
)
def test_scores_are_rated(score: float, severity: Severity) -> None:
    assert domain.rating(score) is severity


SIGHTINGS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["/a", "/b", "/c"])), max_size=12)


@given(SIGHTINGS, st.integers(0, 12))
def test_how_sightings_are_cut_into_batches_is_nothing(places: list[tuple[int, str]], cut: int) -> None:
    reports = [report(hour, location=f"https://example.com{path}") for hour, path in places]
    whole = {entry.finding.identity: entry.finding for entry in record(*reports)}
    parts = {entry.finding.identity: entry.finding for entry in record(*reports[:cut])}
    parts |= {entry.finding.identity: entry.finding for entry in record(*reports[cut:], known=list(parts.values()))}
    assert set(whole) == set(parts)
    for key, finding in whole.items():
        other = parts[key]
        assert finding.sighting_count == other.sighting_count
        assert (finding.first_seen_at, finding.last_seen_at) == (other.first_seen_at, other.last_seen_at)
    assert sum(finding.sighting_count for finding in whole.values()) == len(reports)
