"""Imports on the wire: messages from and to the domain."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from xorb.common.v1 import watch_pb2
from xorb.core.v1 import import_pb2

from services.core.imports.domain import KEPT, Import, Refusal, State
from services.mesh import calls, identifiers, names
from services.mesh.errors import invalid_field, not_found
from services.mesh.etags import etag
from services.mesh.events.model import Event, LoggedEvent
from services.mesh.texts import one_line

IMPORT = "organizations/{organization}/imports/{import}"
TARGET = "organizations/{organization}/targets/{target}"
ENGAGEMENT = "organizations/{organization}/engagements/{engagement}"
SNAPSHOT = import_pb2.Import.DESCRIPTOR.full_name


def name(value: Import) -> str:
    """Returns an import's resource name."""
    return names.join("organizations", value.organization, "imports", value.id)


def message(value: Import) -> import_pb2.Import:
    """Returns an import as the contract has it."""
    target = names.join("organizations", value.organization, "targets", value.target) if value.target else ""
    engaged = names.join("organizations", value.organization, "engagements", value.engagement or "")
    return import_pb2.Import(
        name=name(value),
        display_name=value.display_name,
        filename=value.filename,
        format=value.format,
        target=target,
        label=value.label,
        strict=value.strict,
        close_gone=value.close_gone,
        size_bytes=value.size,
        sha256=value.sha256,
        state=value.state.value,
        received_bytes=value.received,
        read_bytes=value.read,
        counts=import_pb2.ImportCounts(**asdict(value.counts)),
        tool=value.tool,
        engagement=engaged if value.engagement else "",
        failure_reason=value.failure_reason,
        creator=value.creator,
        create_time=value.created_at,
        start_time=value.started_at,
        end_time=value.ended_at,
        update_time=value.updated_at,
        expire_time=value.expires_at if value.state is State.RECEIVING else None,
        etag=etag(value.id, value.revision),
    )


def asked(sent: import_pb2.Import, now: datetime) -> Import:
    """Returns the import that the call being served asks for.

    Raises:
        Failure: INVALID_FIELD; nothing says what may be gone. NOT_FOUND; the target or engagement is another's.
    """
    call = calls.current()
    if sent.close_gone and not (sent.label or sent.target):
        raise invalid_field("file_import.label", "say by a label or a target what findings may be gone from")
    target, engaged = _own(TARGET, sent.target), _own(ENGAGEMENT, sent.engagement)
    filename = one_line(sent.filename)
    return Import(
        id=identifiers.new(),
        organization=call.organization,
        display_name=one_line(sent.display_name) or filename[:200] or "Import",
        filename=filename,
        format=sent.format,
        target=target,
        label=one_line(sent.label),
        strict=sent.strict,
        close_gone=sent.close_gone,
        size=sent.size_bytes,
        sha256=sent.sha256,
        state=State.RECEIVING,
        creator=call.caller.subject,
        created_at=now,
        updated_at=now,
        expires_at=now + KEPT,
        engagement=engaged,
    )


def _own(pattern: str, text: str) -> UUID | None:
    if not text:
        return None
    owner, identifier = names.parse(pattern, text)
    if owner != calls.current().organization:
        raise not_found(text)
    return identifier


def refusal(value: Refusal) -> import_pb2.ImportRefusal:
    """Returns what was refused."""
    return import_pb2.ImportRefusal(position=value.position, reason=value.reason, count=value.count)


def changed(kind: str, value: Import, summary: str) -> Event:
    """Returns the event of a change, with the import after it."""
    shown = message(value)
    return Event(kind, shown.name, summary, shown.SerializeToString(), SNAPSHOT)


def belongs(resource: str, event: LoggedEvent) -> bool:
    """Returns whether an event is of an import."""
    return event.event.resource == resource and event.event.snapshot_type == SNAPSHOT


def present(event: LoggedEvent) -> import_pb2.ImportEvent:
    """Returns an event of an import as its watchers see it."""
    metadata = watch_pb2.EventMetadata(
        event_id=str(event.id), type=event.event.type, time=event.time, resource=event.event.resource, actor=event.actor
    )
    return import_pb2.ImportEvent(metadata=metadata, file_import=import_pb2.Import.FromString(event.event.snapshot))


def of_event(event: LoggedEvent) -> dict[str, object]:
    """Returns what a watch's filter sees of an event."""
    return {"type": event.event.type, "time": event.time}


def resource(organization: UUID, identifier: UUID) -> str:
    """Returns the resource name of these identifiers."""
    return names.join("organizations", organization, "imports", identifier)
