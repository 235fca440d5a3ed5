"""What a decision about a finding's severity does to it."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.core.findings.domain import Finding, Severity, reword
from services.mesh.errors import Failure, Reason, invalid_field

_FIELD = frozenset({"severity"})


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a finding is as grave as it is, who has decided it, and when."""

    reason: str
    actor: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What the latest sighting says: the severity in our words, and the tool's in its own."""

    severity: Severity
    by_tool: str = ""


def overridden(finding: Finding) -> bool:
    """Returns whether people have decided how grave a finding is."""
    return finding.reworded >= _FIELD


def override(finding: Finding, severity: Severity, decision: Decision) -> Finding:
    """Returns the finding, as grave as somebody has decided, whatever is seen from now on.

    Raises:
        Failure: INVALID_FIELD; there is no reason.
    """
    if not decision.reason:
        raise invalid_field("reason", "say why")
    wording = replace(finding.weakness.wording, severity=severity)
    return reword(finding, wording, _FIELD, decision.decided_at)


def clear(finding: Finding, said: Said, now: datetime) -> Finding:
    """Returns the finding, as grave as its latest sighting says.

    Raises:
        Failure: ILLEGAL_TRANSITION; nobody has decided otherwise.
    """
    if not overridden(finding):
        raise Failure(Reason.ILLEGAL_TRANSITION, "Its severity is what its check says already.")
    cleared = reword(finding, replace(finding.weakness.wording, severity=said.severity), _FIELD, now)
    return replace(cleared, reworded=cleared.reworded - _FIELD)
