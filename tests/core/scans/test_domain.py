"""Scans: every transition, allowed or not; percentages; identifiers that don't depend on how often something ran."""

from datetime import UTC, datetime
from itertools import product
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.scans.domain import (
    ENDED,
    TRANSITIONS,
    Profile,
    Scan,
    Stage,
    State,
    Task,
    TaskState,
    by_stage,
    evidence_id,
    move,
    percent,
    sighting_id,
)
from services.mesh.errors import Failure, Reason

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def _scan(state: State) -> Scan:
    return Scan(uuid4(), uuid4(), "x", (uuid4(),), Profile.QUICK, (), state, "accounts/x", NOW, NOW)


def _tasks(*states: tuple[TaskState, int]) -> list[Task]:
    return [Task("ports", uuid4(), "x", Stage.DISCOVERY, state, done) for state, done in states]


@pytest.mark.parametrize(("before", "after"), [*product(State, State)])
def test_every_transition(before: State, after: State) -> None:
    scan = _scan(before)
    if after not in TRANSITIONS[before]:
        with pytest.raises(Failure) as caught:
            move(scan, after, NOW)
        assert caught.value.reason is Reason.ILLEGAL_TRANSITION
        assert before.value in str(caught.value)
        return
    moved = move(scan, after, NOW)
    assert (moved.state, moved.revision) == (after, scan.revision + 1)
    assert (moved.ended_at is not None) == (after in ENDED)


def test_what_has_ended_stays_ended() -> None:
    assert all(not TRANSITIONS[state] for state in ENDED)


def test_an_ended_task_is_whole_however_it_ended() -> None:
    tasks = _tasks((TaskState.DONE, 100), (TaskState.FAILED, 30), (TaskState.SKIPPED, 0), (TaskState.WAITING, 0))
    assert percent(tasks) == 75
    assert percent([]) == 0


@given(st.lists(st.tuples(st.sampled_from(TaskState), st.integers(0, 100)), min_size=1))
def test_a_percentage_is_one(states: list[tuple[TaskState, int]]) -> None:
    assert 0 <= percent(_tasks(*states)) <= 100


def test_stages_come_in_their_order_and_only_if_they_have_tasks() -> None:
    assessment = Task("tls", uuid4(), "x", Stage.ASSESSMENT)
    discovery = Task("ports", uuid4(), "x", Stage.DISCOVERY)
    assert list(by_stage([assessment, discovery])) == [Stage.DISCOVERY, Stage.ASSESSMENT]
    assert list(by_stage([assessment])) == [Stage.ASSESSMENT]


def test_the_same_sighting_has_the_same_identifier_and_no_other_has() -> None:
    scan, target = uuid4(), uuid4()
    first = sighting_id(scan, "http", target, "http.missing-csp", "host", "http://host/")
    assert first == sighting_id(scan, "http", target, "http.missing-csp", "host", "http://host/")
    others = {
        sighting_id(uuid4(), "http", target, "http.missing-csp", "host", "http://host/"),
        sighting_id(scan, "tls", target, "http.missing-csp", "host", "http://host/"),
        sighting_id(scan, "http", uuid4(), "http.missing-csp", "host", "http://host/"),
        sighting_id(scan, "http", target, "http.missing-csp", "host", "http://host/a"),
        evidence_id(scan, "http", target),
    }
    assert len(others | {first}) == 6
