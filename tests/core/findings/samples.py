"""Weaknesses and sightings for tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.core.findings.domain import Finding, Report, Severity, Sighting, State, Weakness, Wording
from services.mesh import identifiers

ORGANIZATION = UUID(int=1)
TARGET = UUID(int=2)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
WORDING = Wording("No HSTS", "The site can be asked in the clear.", Severity.MEDIUM, "Send the header.")
WEAKNESS = Weakness(TARGET, "http.weak-hsts", "example.com", "https://example.com/", WORDING)


def later(hours: float) -> datetime:
    """Returns a time after `NOW`."""
    return NOW + timedelta(hours=hours)


def report(hours: float = 0, *, evidence: str = "", wording: dict[str, Any] | None = None, **weakness: Any) -> Report:
    """Returns a sighting some hours after `NOW`."""
    sighting = Sighting(identifiers.new(), identifiers.new(), "http", later(hours), evidence)
    return Report(sighting, replace(WEAKNESS, wording=replace(WORDING, **(wording or {})), **weakness))


def finding(**fields: Any) -> Finding:
    """Returns an open finding that was seen at `NOW`."""
    content: dict[str, Any] = {
        "id": identifiers.new(),
        "weakness": WEAKNESS,
        "reworded": frozenset(),
        "evidence": "",
        "state": State.OPEN,
        "dismissal_reason": "",
        "sighting_count": 1,
        "scan": identifiers.new(),
        "first_seen_at": NOW,
        "last_seen_at": NOW,
        "updated_at": NOW,
    }
    return Finding(**content | fields)
