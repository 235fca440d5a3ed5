"""Events on the timeline of an engagement, on the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from xorb.common.v1 import watch_pb2
from xorb.core.v1 import activity_pb2, scan_pb2

from services.mesh import names
from services.mesh.events.model import Event, LoggedEvent

NOISE = frozenset({"scan.logged", "scan.progressed"})
"""What scans say of themselves all the time; it has its own watch."""

_SCAN = scan_pb2.Scan.DESCRIPTOR.full_name


def belongs(engagement: str, event: LoggedEvent, *, scans: bool) -> bool:
    """Returns whether an event is on an engagement's timeline; with `scans`, those of its scans are."""
    if event.event.resource == engagement:
        return True
    if not scans or event.event.snapshot_type != _SCAN or event.event.type in NOISE:
        return False
    return scan_pb2.Scan.FromString(event.event.snapshot).engagement == engagement


def event(value: LoggedEvent) -> activity_pb2.ActivityEvent:
    """Returns an event's message."""
    return _event(value.organization, value.id, value.time, value.event, value.actor)


def row(value: Mapping[Any, Any]) -> activity_pb2.ActivityEvent:
    """Returns the message of an event as the log's table has it."""
    what = Event(value["type"], value["resource"], value["summary"])
    return _event(value["organization_id"], value["id"], value["occurred_at"], what, value["actor"])


def filterable(event: LoggedEvent) -> Mapping[str, object]:
    """Returns what the filter of a watch compares, by name."""
    return {"type": event.event.type, "resource": event.event.resource, "actor": event.actor, "time": event.time}


def _event(organization: UUID, identifier: UUID, time: datetime, what: Event, actor: str) -> activity_pb2.ActivityEvent:
    metadata = watch_pb2.EventMetadata(event_id=str(identifier), type=what.type, resource=what.resource, actor=actor)
    metadata.time.FromDatetime(time)
    name = names.join("organizations", organization, "activity", identifier)
    return activity_pb2.ActivityEvent(name=name, metadata=metadata, summary=what.summary)
