"""What a change makes of a batch of findings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

from services.core.findings.domain import Finding, State
from services.mesh.errors import Failure

Change = Callable[[Finding], Finding]
"""Returns a finding changed, or itself where it is as wanted; raises `Failure` where its state doesn't lead there."""


class Action(IntEnum):
    """What is done to each finding, numbered as in the contract."""

    TRIAGE = 1
    START_REMEDIATION = 2
    RESOLVE = 3
    DISMISS = 4
    REOPEN = 5
    ASSIGN = 6
    UNASSIGN = 7


@dataclass(frozen=True, slots=True)
class Way:
    """What an action comes to: the permission and the event's verb of the single change, and the state it leads to."""

    permission: str
    verb: str
    state: State | None = None


WAYS: Mapping[Action, Way] = {
    Action.TRIAGE: Way("findings.triage", "triaged", State.TRIAGED),
    Action.START_REMEDIATION: Way("findings.remediate", "remediation_started", State.IN_REMEDIATION),
    Action.RESOLVE: Way("findings.resolve", "resolved", State.RESOLVED),
    Action.DISMISS: Way("findings.dismiss", "dismissed", State.DISMISSED),
    Action.REOPEN: Way("findings.reopen", "reopened", State.OPEN),
    Action.ASSIGN: Way("findings.assign", "assigned"),
    Action.UNASSIGN: Way("findings.assign", "unassigned"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Findings in one state that stay as they are, one of them, and why."""

    state: State
    count: int
    message: str
    finding: UUID


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch: the changed findings, how many are as wanted already, and what stays as it is."""

    changed: tuple[Finding, ...]
    unchanged: int
    refusals: tuple[Refusal, ...]


def outcome(findings: Sequence[Finding], change: Change) -> Outcome:
    """Returns what a change makes of findings."""
    changed: list[Finding] = []
    refused: dict[State, list[tuple[Finding, str]]] = {}
    unchanged = 0
    for finding in findings:
        try:
            made = change(finding)
        except Failure as failure:
            refused.setdefault(finding.state, []).append((finding, failure.message))
        else:
            unchanged += made is finding
            if made is not finding:
                changed.append(made)
    refusals = tuple(
        Refusal(state, len(those), those[0][1], those[0][0].id) for state, those in sorted(refused.items())
    )
    return Outcome(tuple(changed), unchanged, refusals)
