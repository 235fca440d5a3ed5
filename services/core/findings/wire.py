"""Findings and sightings on the wire."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from xorb.common.v1 import watch_pb2
from xorb.core.v1 import finding_pb2, separation_pb2

from services.core.findings.domain import Finding, Report, Separation, Severity, Sighting, Weakness, Wording
from services.core.findings.matching import wire as matching
from services.core.findings.matching.recording import Seen
from services.core.findings.scoring import Score, score
from services.mesh import etags, names
from services.mesh.errors import invalid_field, not_found
from services.mesh.events.model import LoggedEvent
from services.mesh.texts import clipped, one_line, storable

FINDING = "organizations/{organization}/findings/{finding}"
SIGHTING = FINDING + "/sightings/{sighting}"
SCAN = "organizations/{organization}/scans/{scan}"
IMPORT = "organizations/{organization}/imports/{import}"
TARGET = "organizations/{organization}/targets/{target}"
SNAPSHOT = finding_pb2.Finding.DESCRIPTOR.full_name
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REPORTED = "sightings.finding"
_LONGEST = {
    "check": 200,
    "asset": 300,
    "location": 2048,
    "executor": 100,
    "evidence": 16_384,
    "tool": 200,
    "tool_finding_id": 500,
    "part": 500,
}
_MOST_ITEMS = 50
_LONGEST_ITEM = 2048


def name(organization: UUID, finding: UUID) -> str:
    """Returns a finding's resource name."""
    return names.join("organizations", organization, "findings", finding)


def etag(finding: Finding) -> str:
    """Returns a finding's etag."""
    return etags.etag(finding.id, finding.revision)


def message(organization: UUID, finding: Finding) -> finding_pb2.Finding:
    """Returns a finding as the contract has it."""
    weakness, wording = finding.weakness, finding.weakness.wording
    # A list makes a thousand of these: its names are not joined from their parts five times each.
    own = f"organizations/{organization}"
    return finding_pb2.Finding(
        name=f"{own}/findings/{finding.id}",
        title=wording.title,
        description=wording.description,
        severity=wording.severity.name,
        cvss_vector=weakness.cvss_vector,
        cvss_score=weakness.cvss_score,
        cwes=weakness.cwes,
        cves=weakness.cves,
        check=weakness.check,
        target=f"{own}/targets/{weakness.target}" if weakness.target else "",
        asset=weakness.asset,
        location=weakness.location,
        evidence=finding.evidence,
        remediation=wording.remediation,
        references=weakness.references,
        state=finding.state.name,
        dismissal_reason=finding.dismissal_reason,
        sighting_count=finding.sighting_count,
        scan=f"{own}/scans/{finding.scan}" if finding.scan else "",
        first_seen_time=_timestamp(finding.first_seen_at),
        last_seen_time=_timestamp(finding.last_seen_at),
        update_time=_timestamp(finding.updated_at),
        etag=etag(finding),
        due_time=_timestamp(finding.due_at) if finding.due_at else None,
        breached=finding.breached,
        tool=finding.tool,
        duplicate_of=f"{own}/findings/{finding.duplicate_of}" if finding.duplicate_of else "",
        assignee=f"{own}/members/{finding.assignee}" if finding.assignee else "",
        **_import(organization, finding.imported),
    )


def logged(organization: UUID, finding: Finding) -> finding_pb2.Finding:
    """Returns a finding as its events have it: without what is stored sealed only, for the log is kept as it is."""
    shown = message(organization, finding)
    shown.ClearField("evidence")
    shown.ClearField("dismissal_reason")
    return shown


def sighting(organization: UUID, finding: UUID, seen: Seen) -> finding_pb2.Sighting:
    """Returns a sighting as the contract has it."""
    sighting, weakness = seen.report.sighting, seen.report.weakness
    return finding_pb2.Sighting(
        name=names.join(name(organization, finding), "sightings", sighting.id),
        scan=_named(organization, "scans", sighting.scan),
        executor=sighting.executor,
        evidence=sighting.evidence,
        time=sighting.time,
        tool=sighting.tool,
        tool_version=sighting.tool_version,
        tool_severity=sighting.tool_severity,
        severity=weakness.wording.severity.name,
        tool_finding_id=sighting.tool_finding_id,
        check=weakness.check,
        location=weakness.location,
        match_explanation=matching.explanation(seen),
        **_import(organization, sighting.imported),
    )


def separation(organization: UUID, separation: Separation) -> separation_pb2.Separation:
    """Returns a separation as the contract has it."""
    return separation_pb2.Separation(
        name=names.join("organizations", organization, "separations", separation.id),
        first=name(organization, separation.first),
        second=name(organization, separation.second),
        creator=separation.creator,
        create_time=separation.created_at,
    )


def findings_named(organization: UUID, field: str, texts: Iterable[str]) -> list[UUID]:
    """Returns the identifiers of findings that a request names.

    Raises:
        Failure: INVALID_NAME; a text is no finding's name. NOT_FOUND; it is another organization's.
    """
    found = []
    for text in texts:
        owner, identifier = names.parse(FINDING, text)
        if owner != organization:
            raise not_found(text)
        found.append(identifier)
    if len(set(found)) != len(found):
        raise invalid_field(field, "each finding once")
    return found


def sightings_named(finding: UUID, texts: Iterable[str]) -> frozenset[UUID]:
    """Returns the identifiers of a finding's sightings that a request names.

    Raises:
        Failure: INVALID_NAME, INVALID_FIELD; a text is no name of a sighting, or another finding's.
    """
    found = [names.parse(SIGHTING, text) for text in texts]
    if any(owner != finding for _, owner, _ in found):
        raise invalid_field("sightings", "they are to be sightings of the finding")
    return frozenset(identifier for _, _, identifier in found)


def import_of(text: str) -> UUID:
    """Returns an import's identifier.

    Raises:
        Failure: INVALID_NAME; it is no import's name.
    """
    return names.parse(IMPORT, text)[1]


def wording(finding: finding_pb2.Finding) -> Wording:
    """Returns the wording in a request."""
    return Wording(
        title=one_line(finding.title),
        description=storable(finding.description),
        severity=Severity(finding.severity),
        remediation=storable(finding.remediation),
    )


def reason(request: finding_pb2.DismissFindingRequest) -> str:
    """Returns why a finding is dismissed.

    Raises:
        Failure: INVALID_FIELD; it says nothing.
    """
    text = storable(request.reason).strip()
    if not text:
        raise invalid_field("reason", "say why it is a false positive")
    return text


def seen_by(request: finding_pb2.RecordSightingsRequest) -> tuple[UUID, UUID | None, UUID | None]:
    """Returns whose sightings these are, and the scan or the import that has them.

    Raises:
        Failure: INVALID_FIELD, INVALID_NAME; they are of neither or of both.
    """
    imported: str = getattr(request, "import")
    if bool(request.scan) == bool(imported):
        raise invalid_field("scan", "sightings are of a scan or of an import")
    if imported:
        organization, identifier = names.parse(IMPORT, imported)
        return organization, None, identifier
    organization, identifier = names.parse(SCAN, request.scan)
    return organization, identifier, None


def report(organization: UUID, scan: UUID | None, imported: UUID | None, sent: finding_pb2.SightingReport) -> Report:
    """Returns a reported sighting; texts without a declared limit are cut to what one may be.

    Raises:
        Failure: INVALID_FIELD, INVALID_NAME; a part of it can't be understood. NOT_FOUND; the target is another
            organization's.
    """
    seen = Sighting(
        id=UUID(sent.sighting_id),
        scan=scan,
        executor=clipped(sent.executor, _LONGEST["executor"]),
        time=_moment(sent.time),
        evidence=clipped(sent.finding.evidence, _LONGEST["evidence"]),
        imported=imported,
        tool=clipped(sent.tool, _LONGEST["tool"]),
        tool_version=clipped(sent.tool_version, _LONGEST["tool"]),
        tool_severity=clipped(sent.tool_severity, _LONGEST["tool"]),
        tool_finding_id=clipped(sent.tool_finding_id, _LONGEST["tool_finding_id"]),
        aliases=_items(sent.aliases),
        place=clipped(sent.place, _LONGEST["location"]),
        part=clipped(sent.part, _LONGEST["part"]),
    )
    return Report(seen, _weakness(organization, sent.finding, required=imported is None))


def present(event: LoggedEvent) -> finding_pb2.FindingEvent:
    """Returns a logged event as a watch shows it."""
    metadata = watch_pb2.EventMetadata(
        event_id=str(event.id), type=event.event.type, time=event.time, resource=event.event.resource, actor=event.actor
    )
    return finding_pb2.FindingEvent(metadata=metadata, finding=snapshot(event))


def snapshot(event: LoggedEvent) -> finding_pb2.Finding:
    """Returns the finding of a logged event, as it was after the change."""
    return finding_pb2.Finding.FromString(event.event.snapshot)


def filterable(event: LoggedEvent) -> dict[str, object]:
    """Returns what the filter of a watch compares, by name."""
    finding = snapshot(event)
    return {
        "type": event.event.type,
        "state": finding.state,
        "severity": finding.severity,
        "check": finding.check,
        "asset": finding.asset,
        "target": finding.target,
        "scan": finding.scan,
        "import": getattr(finding, "import"),
        "duplicate_of": finding.duplicate_of,
        "assignee": finding.assignee,
        "title": finding.title,
        "cve": list(finding.cves),
        "cvss_score": finding.cvss_score,
        "first_seen_time": finding.first_seen_time.ToDatetime(UTC),
        "last_seen_time": finding.last_seen_time.ToDatetime(UTC),
        "due_time": finding.due_time.ToDatetime(UTC) if finding.HasField("due_time") else None,
        "breached": finding.breached,
        "tool": finding.tool,
    }


def _timestamp(moment: datetime) -> Timestamp:
    """Returns a moment as `FromDatetime` would, which takes six times as long."""
    since = moment - _EPOCH
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1000)


def _named(organization: UUID, collection: str, identifier: UUID | None) -> str:
    return names.join("organizations", organization, collection, identifier) if identifier else ""


def _import(organization: UUID, identifier: UUID | None) -> dict[str, Any]:
    """Returns the field `import`, whose name is a word of Python's."""
    return {"import": _named(organization, "imports", identifier)}


def _target(organization: UUID, name: str, *, required: bool) -> UUID | None:
    if not name and not required:
        return None
    owner, target = names.parse(TARGET, name)
    if owner != organization:
        raise not_found(name)
    return target


def _weakness(organization: UUID, sent: finding_pb2.Finding, *, required: bool) -> Weakness:
    """Returns what was seen; `required` if it has to be at a place of a target."""
    rated = _score(sent.cvss_vector)
    severity = Severity(sent.severity) or (rated.severity if rated else Severity.INFO)
    return Weakness(
        target=_target(organization, sent.target, required=required),
        check=_text("check", sent.check),
        asset=_text("asset", sent.asset, required=required),
        location=_text("location", sent.location, required=required),
        wording=Wording(
            one_line(sent.title) or one_line(sent.check),
            storable(sent.description),
            severity,
            storable(sent.remediation),
        ),
        cvss_vector=sent.cvss_vector,
        cvss_score=rated.base if rated else 0.0,
        cwes=tuple(sent.cwes)[:_MOST_ITEMS],
        cves=_items(sent.cves),
        references=_items(sent.references),
    )


def _text(field: str, text: str, *, required: bool = True) -> str:
    text = clipped(text.strip(), _LONGEST[field]).strip()
    if required and not text:
        raise invalid_field(f"{_REPORTED}.{field}", "it is part of the finding's identity and can't be empty")
    return text


def _score(vector: str) -> Score | None:
    try:
        return score(vector) if vector else None
    except ValueError as error:
        raise invalid_field(f"{_REPORTED}.cvss_vector", str(error)[:200]) from error


def _items(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(clipped(text, _LONGEST_ITEM) for text in texts)[:_MOST_ITEMS]


def _moment(time: Timestamp) -> datetime:
    try:
        return time.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise invalid_field("sightings.time", "not a time of the calendar") from error
