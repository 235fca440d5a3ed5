"""What a re-test may become, and the difference of two texts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.findings.domain import State as FindingState
from services.core.findings.retests import domain
from services.core.findings.retests.domain import MOST_LINES, Change, Method, Retest, State, Verdict
from services.mesh.errors import Failure, Reason

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TESTER = UUID(int=7)
ASKER = domain.account(UUID(int=8))


def retest(state: State = State.REQUESTED, method: Method = Method.BY_HAND, tester: UUID | None = None) -> Retest:
    verdict = Verdict.FIXED if state is State.ENDED else None
    return Retest(
        UUID(int=1), UUID(int=2), FindingState.OPEN, method, state, ASKER, NOW, tester=tester, verdict=verdict
    )


@pytest.mark.parametrize("state", State)
def test_what_is_over_stays_over(state: State) -> None:
    before = retest(state)
    ways: dict[State, Callable[[], Retest]] = {
        State.QUEUED: lambda: domain.queue(before, "busy", NOW),
        State.RUNNING: lambda: domain.start(before, UUID(int=3), NOW),
        State.ASSIGNED: lambda: domain.assign(before, TESTER, NOW),
        State.ENDED: lambda: domain.end(before, Verdict.FIXED, ASKER, NOW),
        State.CANCELLED: lambda: domain.cancel(before, ASKER, NOW),
    }
    for after, way in ways.items():
        if after in domain.TRANSITIONS[state] or state is after is State.QUEUED:
            assert way().state is after
        else:
            with pytest.raises(Failure) as caught:
                way()
            assert caught.value.reason is Reason.ILLEGAL_TRANSITION
    assert before.over == (not domain.TRANSITIONS[state])


def test_its_clock() -> None:
    minute = timedelta(minutes=1)
    queued = domain.queue(retest(method=Method.RESCAN), "busy", NOW + minute)
    assert domain.queue(queued, "busy", NOW + 2 * minute) is queued
    started = domain.start(domain.queue(queued, "closed", NOW + 2 * minute), UUID(int=3), NOW + 3 * minute)
    ended = domain.end(started, Verdict.FIXED, ASKER, NOW + 4 * minute)
    assert [ended.requested_at, ended.queued_at, ended.started_at, ended.ended_at] == [
        NOW + count * minute for count in (0, 1, 3, 4)
    ]
    assert (ended.revision, ended.reason) == (5, "")


@pytest.mark.parametrize(
    ("before", "actor", "verdict", "evidence", "reason"),
    [
        (retest(method=Method.RESCAN), domain.account(TESTER), Verdict.FIXED, "x", Reason.ILLEGAL_TRANSITION),
        (retest(State.ENDED), domain.account(TESTER), Verdict.FIXED, "x", Reason.ILLEGAL_TRANSITION),
        (retest(), ASKER, Verdict.FIXED, "x", Reason.SEPARATION_OF_DUTIES),
        (
            retest(State.ASSIGNED, tester=UUID(int=9)),
            domain.account(TESTER),
            Verdict.FIXED,
            "x",
            Reason.SEPARATION_OF_DUTIES,
        ),
        (retest(), domain.account(TESTER), Verdict.FIXED, "", Reason.INVALID_FIELD),
        (retest(), domain.account(TESTER), Verdict.INCONCLUSIVE, "x", Reason.INVALID_FIELD),
    ],
)
def test_who_may_not_conclude(before: Retest, actor: str, verdict: Verdict, evidence: str, reason: Reason) -> None:
    with pytest.raises(Failure) as caught:
        domain.conclude(before, verdict, actor, NOW, evidence=evidence)
    assert caught.value.reason is reason


def test_its_tester_concludes() -> None:
    for before in (retest(), retest(State.ASSIGNED, tester=TESTER)):
        after = domain.conclude(before, Verdict.FIXED, domain.account(TESTER), NOW, evidence="HSTS is there.")
        assert after == replace(
            before,
            state=State.ENDED,
            verdict=Verdict.FIXED,
            decider=domain.account(TESTER),
            after="HSTS is there.",
            started_at=NOW,
            ended_at=NOW,
            revision=2,
        )


def test_what_lies_between() -> None:
    lines = domain.difference("HTTP 200\nServer: shop/1.0\nX: y", "HTTP 200\nServer: shop/1.1\nX: y\nZ: z")
    assert [(line.change, line.text) for line in lines] == [
        (Change.STAYED, "HTTP 200"),
        (Change.WENT, "Server: shop/1.0"),
        (Change.CAME, "Server: shop/1.1"),
        (Change.STAYED, "X: y"),
        (Change.CAME, "Z: z"),
    ]


TEXTS = st.lists(st.sampled_from(["", "a", "b", "c"]), min_size=1, max_size=30).map("\n".join)


@given(TEXTS, TEXTS)
def test_a_difference_holds_both(before: str, after: str) -> None:
    lines = domain.difference(before, after)
    assert "\n".join(line.text for line in lines if line.change is not Change.CAME) == before
    assert "\n".join(line.text for line in lines if line.change is not Change.WENT) == after


def test_the_longest_evidence_has_an_end() -> None:
    longest = domain.difference("\n" * 16_384, "x\n" * 8_192)
    assert len(longest) <= 2 * (MOST_LINES + 1)
