"""Reports on the wire."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from xorb.common.v1 import watch_pb2
from xorb.core.v1 import report_pb2

from services.core.reports import domain
from services.core.reports.domain import File, Order, Report
from services.mesh import names
from services.mesh.errors import invalid_field
from services.mesh.events.model import Event, LoggedEvent
from services.mesh.texts import one_line, storable

REPORT = "organizations/{organization}/reports/{report}"
FILE = "organizations/{organization}/reports/{report}/reportFiles/{report_file}"
TEMPLATE = "organizations/{organization}/reportTemplates/{report_template}"
ENGAGEMENT = "organizations/{organization}/engagements/{engagement}"
SNAPSHOT = report_pb2.Report.DESCRIPTOR.full_name


def name(organization: UUID, report: UUID) -> str:
    """Returns a report's resource name."""
    return names.join("organizations", organization, "reports", report)


def message(organization: UUID, report: Report) -> report_pb2.Report:
    """Returns a report as the contract has it."""
    order = report.order
    return report_pb2.Report(
        name=name(organization, report.id),
        display_name=order.display_name,
        template=template_name(organization, order.template) if order.template else "",
        template_version=order.template_version,
        filter=order.filter,
        engagement=names.join("organizations", organization, "engagements", order.engagement)
        if order.engagement
        else "",
        formats=[one.name for one in order.formats],
        client=order.client,
        start_time=order.start,
        finish_time=order.finish,
        state=report.state.name,
        percent=report.percent,
        finding_count=report.finding_count,
        files=[file(organization, report.id, one) for one in report.files],
        failure_reason=report.failure_reason,
        creator=report.creator,
        create_time=report.created_at,
        end_time=report.ended_at,
        expire_time=report.expires_at,
    )


def file(organization: UUID, report: UUID, file: File) -> report_pb2.ReportFile:
    """Returns a file as the contract has it, without content."""
    return report_pb2.ReportFile(
        name=names.join("organizations", organization, "reports", report, "reportFiles", file.id),
        format=file.format.name,
        file_name=file.file_name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
    )


def template_name(organization: UUID, template: UUID) -> str:
    """Returns a template's resource name."""
    return names.join("organizations", organization, "reportTemplates", template)


def order(
    sent: report_pb2.Report,
    template: tuple[UUID | None, int] = (None, 0),
    engagement: tuple[UUID | None, Sequence[str]] = (None, ()),
) -> Order:
    """Returns what a request orders.

    Args:
        sent: The request's report.
        template: The template, and its version now.
        engagement: The engagement, and the names of those who test in it.

    Raises:
        Failure: INVALID_FIELD; a time isn't one.
    """
    return Order(
        display_name=one_line(sent.display_name) or "Penetration test report",
        template=template[0],
        template_version=template[1],
        filter=storable(sent.filter),
        formats=tuple(map(domain.Format, sent.formats)),
        client=one_line(sent.client),
        start=_moment("report.start_time", sent.start_time) if sent.HasField("start_time") else None,
        finish=_moment("report.finish_time", sent.finish_time) if sent.HasField("finish_time") else None,
        engagement=engagement[0],
        testers=tuple(engagement[1]),
    )


def ttl(sent: report_pb2.Report) -> timedelta:
    """Returns how long a report is to be kept."""
    return sent.ttl.ToTimedelta() if sent.HasField("ttl") else domain.TTL


def event(organization: UUID, report: Report, verb: str, summary: str) -> Event:
    """Returns the event of something that happened to a report."""
    snapshot = message(organization, report)
    return Event(f"report.{verb}", snapshot.name, summary, snapshot.SerializeToString(), SNAPSHOT)


def is_of_report(event: LoggedEvent) -> bool:
    """Returns whether a logged event is of a report."""
    return event.event.snapshot_type == SNAPSHOT


def present(event: LoggedEvent) -> Message:
    """Returns a logged event as a watch shows it."""
    metadata = watch_pb2.EventMetadata(
        event_id=str(event.id), type=event.event.type, time=event.time, resource=event.event.resource, actor=event.actor
    )
    return report_pb2.ReportEvent(metadata=metadata, report=report_pb2.Report.FromString(event.event.snapshot))


def filterable(event: LoggedEvent) -> Mapping[str, object]:
    """Returns what the filter of a watch compares, by name."""
    report = report_pb2.Report.FromString(event.event.snapshot)
    return {"type": event.event.type, "name": report.name, "state": report.state, "creator": report.creator}


def _moment(field: str, time: Timestamp) -> datetime:
    try:
        return time.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise invalid_field(field, "not a time of the calendar") from error
