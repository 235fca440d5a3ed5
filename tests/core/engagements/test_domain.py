"""An engagement's rules."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.core.engagements import domain
from services.core.engagements.domain import TRANSITIONS, UNDER_WAY, Engagement, State, Terms
from services.mesh import identifiers
from services.mesh.errors import Failure, Reason

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TARGET = identifiers.new()
WAYS = {
    "DRAFT": {"SCOPING", "CLOSED"},
    "SCOPING": {"SCHEDULED", "CLOSED"},
    "SCHEDULED": {"SCOPING", "IN_PROGRESS", "CLOSED"},
    "IN_PROGRESS": {"REMEDIATION"},
    "REMEDIATION": {"IN_PROGRESS", "CLOSED"},
    "CLOSED": set[str](),
}
"""Where an engagement may go, written down once more."""


def engagement(state: State = State.DRAFT, targets: int = 1) -> Engagement:
    return replace(domain.draft(identifiers.new(), Terms("Test", targets=(TARGET,) * targets), "", NOW), state=state)


def test_the_ways_are_these() -> None:
    assert {state.name: {way.name for way in ways} for state, ways in TRANSITIONS.items()} == WAYS


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_every_way_is_open_or_barred(before: State, after: State) -> None:
    if after.name in WAYS[before.name]:
        moved = domain.move(engagement(before), after, NOW)
        assert (moved.state, moved.revision) == (after, 2)
        assert (moved.closed_at is not None) == (after is State.CLOSED)
    else:
        with pytest.raises(Failure) as caught:
            domain.move(engagement(before), after, NOW)
        assert caught.value.reason is Reason.ILLEGAL_TRANSITION


def test_nothing_without_a_target_is_scheduled() -> None:
    with pytest.raises(Failure, match="Nothing is in its scope"):
        domain.move(engagement(State.SCOPING, targets=0), State.SCHEDULED, NOW)
    with pytest.raises(Failure, match="has a target"):
        domain.change(engagement(State.IN_PROGRESS), Terms("Test"), NOW)


def test_the_tests_began_once() -> None:
    begun = domain.move(engagement(State.SCHEDULED), State.IN_PROGRESS, NOW)
    later = domain.move(domain.move(begun, State.REMEDIATION, NOW), State.IN_PROGRESS, datetime.now(UTC))

    assert begun.started_at == later.started_at == NOW
    assert {State.IN_PROGRESS, State.REMEDIATION} == UNDER_WAY


def test_what_is_closed_stays_as_it_is() -> None:
    closed = engagement(State.CLOSED)

    with pytest.raises(Failure, match="closed"):
        domain.change(closed, closed.terms, NOW)
    with pytest.raises(Failure, match="closed"):
        domain.use(closed, 1, 0, NOW)


def test_effort_adds_up_and_is_never_less_than_nothing() -> None:
    used = domain.use(domain.use(engagement(), 7.5, 3, NOW), -0.5, -1, NOW)

    assert (used.hours_used, used.credits_used) == (7.0, 2)
    with pytest.raises(Failure, match="Less than nothing"):
        domain.use(used, -8, 0, NOW)
    with pytest.raises(Failure, match="Less than nothing"):
        domain.use(used, 0, -3, NOW)


@pytest.mark.parametrize("state", [state for state in State if state is not State.DRAFT])
def test_only_a_draft_is_removed(state: State) -> None:
    domain.require_removable(engagement())
    with pytest.raises(Failure, match="close it"):
        domain.require_removable(engagement(state))
