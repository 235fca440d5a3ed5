"""Severities as people type them."""

from collections.abc import Iterable
from enum import StrEnum

from xorb.core.v1 import finding_pb2


class Severity(StrEnum):
    """How grave a weakness is, the gravest last."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def number(self) -> int:
        """The value in the contract."""
        return int(finding_pb2.Severity.Value(self.name))


def any_at_least(findings: Iterable[finding_pb2.Finding], severity: Severity) -> bool:
    """Whether one of the findings, dismissed and resolved ones aside, is at least that grave."""
    closed = {finding_pb2.Finding.RESOLVED, finding_pb2.Finding.DISMISSED}
    return any(finding.severity >= severity.number and finding.state not in closed for finding in findings)


def counts(findings: Iterable[finding_pb2.Finding]) -> dict[Severity, int]:
    """Returns how many findings there are of each severity, the gravest first; those with none are left out."""
    numbers = [int(finding.severity) for finding in findings]
    return {one: count for one in reversed(Severity) if (count := numbers.count(one.number))}
