"""What passes between a report's workflow and its activities; kept as JSON in the workflow's history."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReportOrder:
    """Which report to render. Identifiers are UUIDs as text."""

    organization: str
    report: str


@dataclass(frozen=True)
class Ending:
    """How a report ends: failed for a reason."""

    order: ReportOrder
    reason: str
