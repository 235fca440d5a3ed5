"""Findings from the first sighting to their closure, without a database."""

from dataclasses import replace
from itertools import product

import pytest

from services.core.findings import domain
from services.core.findings.domain import TRANSITIONS, Finding, Severity, State, Wording
from services.mesh import identifiers
from services.mesh.errors import Failure, Reason
from tests.core.findings.samples import NOW, finding, later


def in_state(state: State) -> Finding:
    return finding() if state is State.OPEN else moved(finding(), state, "because" if state is State.DISMISSED else "")


def moved(before: Finding, state: State, reason: str = "") -> Finding:
    other = identifiers.new() if state is State.DUPLICATE else None
    return domain.move(before, state, later(1), reason, other)


def test_a_title_can_not_be_taken_away() -> None:
    with pytest.raises(Failure, match="needs a title") as caught:
        domain.reword(finding(), Wording(" ", "", Severity.LOW, ""), frozenset({"title"}), NOW)
    assert caught.value.reason is Reason.INVALID_FIELD


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_a_finding_goes_where_its_state_leads(before: State, after: State) -> None:
    one = in_state(before)
    if after in TRANSITIONS[before]:
        changed = moved(one, after)
        assert (changed.state, changed.updated_at, changed.revision) == (after, later(1), one.revision + 1)
        kept = one.dismissal_reason if after is State.DUPLICATE else ""
        assert changed.dismissal_reason == kept
        assert changed.before == (before if after is State.DUPLICATE else None)
    else:
        with pytest.raises(Failure, match=f"is {before.name} and can't become {after.name}") as caught:
            moved(one, after)
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
    one = in_state(State.OPEN)
    for broken in (
        {"state": State.DUPLICATE},
        {"duplicate_of": identifiers.new()},
        {"before": State.OPEN},
        {"state": State.DUPLICATE, "duplicate_of": identifiers.new()},
        {"state": State.DUPLICATE, "duplicate_of": one.id, "before": State.OPEN},
    ):
        with pytest.raises(ValueError, match="duplicate"):
            replace(one, **broken)


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
