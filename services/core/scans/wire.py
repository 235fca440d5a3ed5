"""Scans on the wire: messages from and to the domain."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from xorb.common.v1 import watch_pb2
from xorb.core.v1 import finding_pb2, scan_pb2, target_pb2

from services.core.scans.domain import (
    Evidence,
    LogEntry,
    OutsideWindow,
    Profile,
    Scan,
    ScanTarget,
    Task,
    by_stage,
    percent,
)
from services.mesh import names
from services.mesh.errors import not_found
from services.mesh.etags import etag
from services.mesh.events.model import Event, LoggedEvent

SCAN = "organizations/{organization}/scans/{scan}"
EVIDENCE = "organizations/{organization}/scans/{scan}/evidence/{evidence}"
_SNAPSHOTS = {
    message.DESCRIPTOR.full_name: (field, message)
    for field, message in (
        ("scan", scan_pb2.Scan),
        ("log_entry", scan_pb2.ScanLogEntry),
        ("finding", finding_pb2.Finding),
    )
}


def scan_name(organization: UUID, scan: UUID) -> str:
    """Returns a scan's resource name."""
    return names.join("organizations", organization, "scans", scan)


def target_name(organization: UUID, target: UUID) -> str:
    """Returns a target's resource name."""
    return names.join("organizations", organization, "targets", target)


def engagement_name(organization: UUID, engagement: UUID) -> str:
    """Returns an engagement's resource name."""
    return names.join("organizations", organization, "engagements", engagement)


def scan(value: Scan, tasks: Sequence[Task]) -> scan_pb2.Scan:
    """Returns a scan's message."""
    return scan_pb2.Scan(
        name=scan_name(value.organization, value.id),
        display_name=value.display_name,
        targets=[target_name(value.organization, target) for target in value.targets],
        profile=value.profile.value,
        ports=value.ports,
        state=value.state.value,
        progress=progress(value, tasks),
        failure_reason=value.failure_reason,
        creator=value.creator,
        create_time=_time(value.created_at),
        start_time=_time(value.started_at),
        end_time=_time(value.ended_at),
        update_time=_time(value.updated_at),
        etag=etag(value.id, value.revision),
        engagement=engagement_name(value.organization, value.engagement) if value.engagement else "",
        outside_window=value.outside_window.value,
        wait_time=_time(value.held_until),
        checks=value.checks,
    )


def progress(value: Scan, tasks: Sequence[Task]) -> scan_pb2.ScanProgress:
    """Returns how far a scan is, as a whole, by stage and by task."""
    return scan_pb2.ScanProgress(
        percent=100 if value.state.value == "SUCCEEDED" else percent(tasks),
        stages=[
            scan_pb2.StageProgress(stage=stage.value, percent=percent(members))
            for stage, members in by_stage(tasks).items()
        ],
        tasks=[_task(value.organization, task) for task in tasks],
        findings=value.findings,
    )


def profile(message: scan_pb2.Scan) -> Profile:
    """Returns the profile asked for."""
    return Profile(scan_pb2.Scan.Profile.Name(message.profile)) if message.profile else Profile.STANDARD


def engagement(organization: UUID, message: scan_pb2.Scan) -> UUID | None:
    """Returns the engagement that a scan is to be ordered under.

    Raises:
        Failure: INVALID_NAME; it is no engagement's name. NOT_FOUND; it is another organization's.
    """
    if not message.engagement:
        return None
    owner, identifier = names.parse("organizations/{organization}/engagements/{engagement}", message.engagement)
    if owner != organization:
        raise not_found(message.engagement)
    return identifier


def outside_window(message: scan_pb2.Scan) -> OutsideWindow | None:
    """Returns what a scan is to do outside of the windows; None leaves it to its profile."""
    if not message.outside_window:
        return None
    return OutsideWindow(scan_pb2.Scan.OutsideWindow.Name(message.outside_window))


def scan_target(message: target_pb2.Target) -> ScanTarget:
    """Returns a target as a scan keeps it."""
    _, identifier = names.parse("organizations/{organization}/targets/{target}", message.name)
    field = message.WhichOneof("address") or "host"
    return ScanTarget(
        identifier,
        message.display_name or getattr(message, field),
        field.removesuffix("_block"),
        getattr(message, field),
        tuple(message.excluded_addresses),
    )


def log_entry(value: LogEntry) -> scan_pb2.ScanLogEntry:
    """Returns a line of the log."""
    return scan_pb2.ScanLogEntry(
        time=_time(value.time), level=value.level, executor=value.executor, message=value.message
    )


def evidence(organization: UUID, value: Evidence, content: bytes = b"") -> scan_pb2.Evidence:
    """Returns a raw output, with its content where given."""
    return scan_pb2.Evidence(
        name=names.join("organizations", organization, "scans", value.scan, "evidence", value.id),
        executor=value.executor,
        target=target_name(organization, value.target),
        media_type=value.media_type,
        size_bytes=value.size,
        sha256=value.sha256,
        truncated=value.truncated,
        create_time=_time(value.created_at),
        content=content,
    )


def changed(kind: str, value: Scan, tasks: Sequence[Task], summary: str) -> Event:
    """Returns the event of a change, with the scan after it."""
    message = scan(value, tasks)
    return Event(kind, message.name, summary, message.SerializeToString(), message.DESCRIPTOR.full_name)


def logged(organization: UUID, scan_id: UUID, entry: LogEntry) -> Event:
    """Returns the event of a new line in the log."""
    message = log_entry(entry)
    name = scan_name(organization, scan_id)
    return Event("scan.logged", name, entry.message, message.SerializeToString(), message.DESCRIPTOR.full_name)


def belongs(name: str, event: LoggedEvent, *, findings: bool) -> bool:
    """Returns whether an event is of a scan: its own, or with `findings` one of a finding that it has seen."""
    if event.event.snapshot_type != finding_pb2.Finding.DESCRIPTOR.full_name:
        return event.event.resource == name and event.event.snapshot_type in _SNAPSHOTS
    return findings and finding_pb2.Finding.FromString(event.event.snapshot).scan == name


def present(event: LoggedEvent) -> scan_pb2.ScanEvent:
    """Returns an event of a scan as its watchers see it."""
    field, message = _SNAPSHOTS[event.event.snapshot_type]
    metadata = watch_pb2.EventMetadata(
        event_id=str(event.id),
        type=event.event.type,
        time=_time(event.time),
        resource=event.event.resource,
        actor=event.actor,
    )
    shown = scan_pb2.ScanEvent(metadata=metadata)
    getattr(shown, field).CopyFrom(message.FromString(event.event.snapshot))
    return shown


def _task(organization: UUID, task: Task) -> scan_pb2.TaskProgress:
    return scan_pb2.TaskProgress(
        executor=task.executor,
        target=target_name(organization, task.target),
        target_display_name=task.target_display_name,
        stage=task.stage.value,
        state=task.state.value,
        percent=task.percent,
    )


def _time(value: datetime | None) -> Timestamp | None:
    if value is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(value)
    return stamp
