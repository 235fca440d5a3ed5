"""Deliveries to send."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from services.core.notifications.deliveries.domain import Delivery, Kind
from services.mesh import identifiers

ORGANIZATION = UUID("00000000-0000-7000-8000-000000000001")
FINDING = UUID("00000000-0000-7000-8000-000000000002")
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def event(summary: str, kind: str = "finding.created", state: str = "OPEN", finding: UUID = FINDING) -> Delivery:
    """The delivery of an event of a finding."""
    resource = f"organizations/{ORGANIZATION}/findings/{finding}"
    snapshot = {"name": resource, "title": summary, "severity": "HIGH", "asset": "example.com", "state": state}
    data = {
        "event": str(identifiers.new()),
        "organization": f"organizations/{ORGANIZATION}",
        "resource": resource,
        "summary": summary,
        "severity": "HIGH",
        "state": state,
        "asset": summary,
        "snapshot": {**snapshot, "description": "What it is.", "remediation": "How to mend it."},
    }
    return _delivery(Kind.EVENT, kind, resource, summary, 1, {"type": kind, "timestamp": NOW.isoformat(), "data": data})


def digest(summary: str, count: int) -> Delivery:
    """The delivery of a digest of so many events."""
    events = [{"type": "finding.created", "severity": "HIGH", "summary": f"{summary} {one}"} for one in range(count)]
    data = {"organization": f"organizations/{ORGANIZATION}", "summary": summary, "count": count, "events": events}
    content = {"type": "digest", "timestamp": NOW.isoformat(), "data": data}
    return _delivery(Kind.DIGEST, "digest", "", summary, count, content)


def _delivery(
    kind: Kind, event_type: str, resource: str, summary: str, count: int, content: Mapping[str, object]
) -> Delivery:
    return Delivery(
        id=identifiers.new(),
        channel=identifiers.new(),
        rule=identifiers.new(),
        kind=kind,
        event=None,
        event_type=event_type,
        resource=resource,
        summary=summary,
        event_count=count,
        content=content,
        place=(1, 1),
        created_at=NOW,
        next_at=NOW,
    )
