"""What a re-test is, who may give its verdict, how it ends, and what lies between the evidence before and after."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from enum import IntEnum
from uuid import UUID

from services.core.findings.domain import State as FindingState
from services.mesh.errors import Failure, Reason, invalid_field

MOST_LINES = 500
"""How many lines of each evidence are compared; what is beyond them is one line."""


class State(IntEnum):
    """Where a re-test stands, numbered as in the contract."""

    REQUESTED = 1
    QUEUED = 2
    RUNNING = 3
    ASSIGNED = 4
    ENDED = 5
    CANCELLED = 6


class Method(IntEnum):
    """Who looks, numbered as in the contract."""

    RESCAN = 1
    BY_HAND = 2


class Verdict(IntEnum):
    """What came out, numbered as in the contract."""

    FIXED = 1
    STILL_THERE = 2
    INCONCLUSIVE = 3


class Change(IntEnum):
    """What became of a line of evidence, numbered as in the contract."""

    STAYED = 1
    WENT = 2
    CAME = 3


_OVER = frozenset({State.ENDED, State.CANCELLED})
TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.QUEUED, State.RUNNING, State.ASSIGNED, *_OVER}),
    State.QUEUED: frozenset({State.RUNNING, *_OVER}),
    State.RUNNING: frozenset(_OVER),
    State.ASSIGNED: frozenset({State.ASSIGNED, *_OVER}),
    State.ENDED: frozenset(),
    State.CANCELLED: frozenset(),
}
"""Where a re-test may go from each state."""

FINDING_STATES: Mapping[Verdict, FindingState] = {
    Verdict.FIXED: FindingState.RESOLVED,
    Verdict.STILL_THERE: FindingState.OPEN,
}
"""What a verdict makes of a finding that waits for it; nothing where it couldn't be found out."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a scan looks at again.

    Attributes:
        executor: The executor that has seen it.
        check: Its check.
        asset: The host or address.
        location: The place.
        target: The target.
        engagement: The engagement that the scan is held to; None for none.
    """

    executor: str
    check: str
    asset: str
    location: str
    target: UUID
    engagement: UUID | None = None


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A line of evidence, and what became of it."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class Retest:
    """One more look at a finding.

    Attributes:
        finding_before: The state that the finding had before it waited.
        look: What a scan looks at; None for one by hand.
        scan: The scan, once it looks.
        tester: The account of who tests it by hand; None where nobody has it.
        requester: Who has asked for it.
        decider: Who has given the verdict or cancelled it; empty while nobody has.
        reason: Why it waits, or why nothing was found out.
        before: The evidence when it was asked for.
        after: What was seen this time.
        revision: How often it was changed, from 1.
    """

    id: UUID
    finding: UUID
    finding_before: FindingState
    method: Method
    state: State
    requester: str
    requested_at: datetime
    look: Look | None = None
    scan: UUID | None = None
    tester: UUID | None = None
    verdict: Verdict | None = None
    decider: str = ""
    reason: str = ""
    note: str = ""
    before: str = ""
    after: str = ""
    queued_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    revision: int = 1

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in _OVER


def queue(retest: Retest, reason: str, now: datetime) -> Retest:
    """Returns the re-test waiting for its turn, and why; itself where it waits for just that already.

    Raises:
        Failure: ILLEGAL_TRANSITION; it runs already, or is over.
    """
    if retest.state is State.QUEUED:
        return retest if retest.reason == reason else replace(retest, reason=reason, revision=retest.revision + 1)
    return replace(_moved(retest, State.QUEUED), reason=reason, queued_at=now)


def start(retest: Retest, scan: UUID, now: datetime) -> Retest:
    """Returns the re-test while a scan looks.

    Raises:
        Failure: ILLEGAL_TRANSITION; it runs already, or is over.
    """
    moved = _moved(retest, State.RUNNING)
    return replace(moved, scan=scan, reason="", queued_at=retest.queued_at or now, started_at=now)


def assign(retest: Retest, tester: UUID, now: datetime) -> Retest:
    """Returns the re-test in a tester's hands.

    Raises:
        Failure: ILLEGAL_TRANSITION; a scan decides it, or it is over.
    """
    _require_by_hand(retest)
    moved = _moved(retest, State.ASSIGNED)
    return replace(moved, tester=tester, queued_at=retest.queued_at or now, started_at=now)


def end(retest: Retest, verdict: Verdict, decider: str, now: datetime, *, after: str = "", reason: str = "") -> Retest:
    """Returns the re-test with its verdict.

    Raises:
        Failure: ILLEGAL_TRANSITION; it is over.
    """
    moved = _moved(retest, State.ENDED)
    began = retest.started_at or now
    return replace(moved, verdict=verdict, decider=decider, reason=reason, after=after, started_at=began, ended_at=now)


def conclude(retest: Retest, verdict: Verdict, actor: str, now: datetime, *, evidence: str, reason: str = "") -> Retest:
    """Returns the re-test with the verdict of a tester.

    Args:
        retest: The re-test.
        verdict: The verdict.
        actor: Who gives it.
        now: The time.
        evidence: What shows it.
        reason: Why nothing was found out.

    Raises:
        Failure: ILLEGAL_TRANSITION; a scan decides it, or it is over. SEPARATION_OF_DUTIES; it is another tester's, or
            the actor has asked for it. INVALID_FIELD; no evidence, or no reason where one is needed.
    """
    _require_by_hand(retest)
    if actor == retest.requester:
        raise Failure(Reason.SEPARATION_OF_DUTIES, "You have asked for it yourself; somebody else has to test it.")
    if retest.tester and account(retest.tester) != actor and not retest.over:
        raise Failure(Reason.SEPARATION_OF_DUTIES, "It is another tester's; have it given to you first.")
    if not evidence:
        raise invalid_field("evidence", "say what shows it")
    if verdict is Verdict.INCONCLUSIVE and not reason:
        raise invalid_field("reason", "say why it couldn't be found out")
    return end(retest, verdict, actor, now, after=evidence, reason=reason)


def cancel(retest: Retest, actor: str, now: datetime) -> Retest:
    """Returns the re-test ended without a verdict.

    Raises:
        Failure: ILLEGAL_TRANSITION; it is over.
    """
    return replace(_moved(retest, State.CANCELLED), decider=actor, reason="", ended_at=now)


def account(member: UUID) -> str:
    """Returns who a member is, as events name them."""
    return f"accounts/{member}"


def difference(before: str, after: str) -> tuple[EvidenceLine, ...]:
    """Returns what lies between two texts, line by line: of a changed line, what went comes before what came."""
    old, new = _lines(before), _lines(after)
    found: list[EvidenceLine] = []
    for kind, first, last, start_new, end_new in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += (EvidenceLine(Change.STAYED, text) for text in old[first:last])
            continue
        found += (EvidenceLine(Change.WENT, text) for text in old[first:last])
        found += (EvidenceLine(Change.CAME, text) for text in new[start_new:end_new])
    return tuple(found)


def _lines(text: str) -> list[str]:
    """Returns a text's lines, of which the last holds all that are too many."""
    lines = text.split("\n", MOST_LINES) if text else []
    return [line.rstrip("\r") for line in lines]


def _require_by_hand(retest: Retest) -> None:
    if retest.method is not Method.BY_HAND:
        raise Failure(Reason.ILLEGAL_TRANSITION, "A scan decides this re-test; cancel it, and ask for a tester.")


def _moved(retest: Retest, state: State) -> Retest:
    if state not in TRANSITIONS[retest.state]:
        raise Failure(Reason.ILLEGAL_TRANSITION, f"The re-test is {retest.state.name} and can't become {state.name}.")
    return replace(retest, state=state, revision=retest.revision + 1)
