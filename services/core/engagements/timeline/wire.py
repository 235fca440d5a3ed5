"""Events on the timeline of an engagement, on the wire."""

from collections.abc import Callable, Container, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from xorb.common.v1 import watch_pb2
from xorb.core.v1 import activity_pb2, import_pb2, scan_pb2

from services.mesh import names
from services.mesh.events.model import Event, LoggedEvent

NOISE = frozenset({"scan.logged", "scan.progressed", "import.received", "import.progressed"})
"""What scans and imports say of themselves all the time; they have watches of their own."""

READERS: Mapping[str, Callable[[bytes], str]] = MappingProxyType(
    {
        scan_pb2.Scan.DESCRIPTOR.full_name: lambda snapshot: scan_pb2.Scan.FromString(snapshot).engagement,
        import_pb2.Import.DESCRIPTOR.full_name: lambda snapshot: import_pb2.Import.FromString(snapshot).engagement,
    }
)
"""What happens in engagements besides what happens to them, by the type of its snapshot: how its engagement is read."""

COLLECTIONS: Mapping[str, str] = MappingProxyType(
    {scan_pb2.Scan.DESCRIPTOR.full_name: "scans", import_pb2.Import.DESCRIPTOR.full_name: "imports"}
)
"""What the names of such resources have between the organization's and their own identifier."""

PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        scan_pb2.Scan.DESCRIPTOR.full_name: "scans.read",
        import_pb2.Import.DESCRIPTOR.full_name: "imports.read",
    }
)
"""Who may see it."""


def seen(permissions: Container[str]) -> frozenset[str]:
    """Returns the types of snapshots that a caller with some permissions sees on timelines."""
    return frozenset(kind for kind, permission in PERMISSIONS.items() if permission in permissions)


def belongs(engagement: str, event: LoggedEvent, kinds: Container[str]) -> bool:
    """Returns whether an event is on an engagement's timeline; of other resources those of some kinds are."""
    if event.event.resource == engagement:
        return True
    kind = event.event.snapshot_type
    if kind not in READERS or kind not in kinds or event.event.type in NOISE:
        return False
    return READERS[kind](event.event.snapshot) == engagement


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
