"""What an acceptance of a risk is, whom it takes, what it covers, and how it ends."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

from services.core.findings.domain import Finding, Severity
from services.core.findings.domain import State as FindingState
from services.mesh.errors import Failure, Reason, invalid_field

LONGEST = timedelta(days=731)
"""The longest time for which a risk can be accepted."""

COVERED = frozenset(
    {FindingState.OPEN, FindingState.TRIAGED, FindingState.IN_REMEDIATION, FindingState.READY_FOR_RETEST}
)
"""The states of findings that an acceptance takes: what is closed is left as it is."""


class State(IntEnum):
    """Where an acceptance stands, numbered as in the contract."""

    REQUESTED = 1
    APPROVED = 2
    REJECTED = 3
    REVOKED = 4
    EXPIRED = 5


class Kind(IntEnum):
    """What is accepted; the value is stored."""

    FINDING = 1
    CVE = 2
    TARGETS = 3
    ORGANIZATION = 4


TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.APPROVED, State.REJECTED, State.REVOKED}),
    State.APPROVED: frozenset({State.REVOKED, State.EXPIRED}),
    State.REJECTED: frozenset(),
    State.REVOKED: frozenset(),
    State.EXPIRED: frozenset(),
}
"""Where an acceptance may go from each state."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which findings are meant.

    Attributes:
        kind: By what they are chosen.
        finding: The finding, if one is.
        cve: The CVE, if all findings of one are.
        targets: The targets, if all findings of some are.
        check: Only those of this check; of any where it is empty.
        greatest: Only those that are at most this grave; any for SEVERITY_UNSPECIFIED.
    """

    kind: Kind
    finding: UUID | None = None
    cve: str = ""
    targets: tuple[UUID, ...] = ()
    check: str = ""
    greatest: Severity = Severity.SEVERITY_UNSPECIFIED

    def covers(self, finding: Finding) -> bool:
        """Returns whether a finding is meant, whatever its state."""
        weakness = finding.weakness
        if self.check and weakness.check != self.check:
            return False
        if self.greatest and weakness.wording.severity > self.greatest:
            return False
        match self.kind:
            case Kind.FINDING:
                return finding.id == self.finding
            case Kind.CVE:
                return self.cve in weakness.cves
            case Kind.TARGETS:
                return weakness.target in self.targets
            case Kind.ORGANIZATION:
                return True


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A risk that is left as it is for a time.

    Attributes:
        requester: Who asked for it.
        decider: Who decided last; empty while nobody has.
        note: What the decider said.
        finding_count: How many findings it covers now.
        revision: How often it was changed, from 1.
    """

    id: UUID
    scope: Scope
    justification: str
    evidence: str
    expires_at: datetime
    state: State
    requester: str
    created_at: datetime
    decider: str = ""
    note: str = ""
    finding_count: int = 0
    decided_at: datetime | None = None
    ended_at: datetime | None = None
    revision: int = 1


def request(
    identifier: UUID,
    scope: Scope,
    requester: str,
    expires_at: datetime,
    now: datetime,
    *,
    justification: str,
    evidence: str = "",
) -> Acceptance:
    """Returns a new request.

    Raises:
        Failure: INVALID_FIELD; its end isn't in the future, or too far away, or nothing justifies it.
    """
    if not now < expires_at <= now + LONGEST:
        raise invalid_field("acceptance.expire_time", f"it has to be in the future, and within {LONGEST.days} days")
    if not justification.strip():
        raise invalid_field("acceptance.justification", "say why the risk can be borne")
    return Acceptance(identifier, scope, justification, evidence, expires_at, State.REQUESTED, requester, now)


def approve(acceptance: Acceptance, actor: str, now: datetime, note: str = "") -> Acceptance:
    """Returns the acceptance in force.

    Raises:
        Failure: SEPARATION_OF_DUTIES; the actor has asked for it. ILLEGAL_TRANSITION; it was decided already, or its
            time is over.
    """
    if actor == acceptance.requester:
        raise Failure(Reason.SEPARATION_OF_DUTIES, "You have asked for it yourself; somebody else has to approve it.")
    if now >= acceptance.expires_at:
        raise Failure(Reason.ILLEGAL_TRANSITION, "Its time is over; ask for another one.")
    return replace(_moved(acceptance, State.APPROVED), decider=actor, note=note, decided_at=now)


def reject(acceptance: Acceptance, actor: str, now: datetime, note: str = "") -> Acceptance:
    """Returns the request refused.

    Raises:
        Failure: ILLEGAL_TRANSITION; it was decided already.
    """
    return replace(_moved(acceptance, State.REJECTED), decider=actor, note=note, decided_at=now, ended_at=now)


def revoke(acceptance: Acceptance, actor: str, now: datetime, note: str = "") -> Acceptance:
    """Returns the acceptance ended before its time.

    Raises:
        Failure: ILLEGAL_TRANSITION; it has ended already.
    """
    return replace(_moved(acceptance, State.REVOKED), decider=actor, note=note, ended_at=now)


def expire(acceptance: Acceptance, now: datetime) -> Acceptance:
    """Returns the acceptance at the end of its time.

    Raises:
        Failure: ILLEGAL_TRANSITION; it isn't in force.
    """
    return replace(_moved(acceptance, State.EXPIRED), ended_at=now)


def _moved(acceptance: Acceptance, state: State) -> Acceptance:
    if state not in TRANSITIONS[acceptance.state]:
        message = f"The acceptance is {acceptance.state.name} and can't become {state.name}."
        raise Failure(Reason.ILLEGAL_TRANSITION, message)
    return replace(acceptance, state=state, revision=acceptance.revision + 1)
