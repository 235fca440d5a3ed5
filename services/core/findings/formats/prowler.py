"""Prowler's CSV, JSON and OCSF JSON (docs.prowler.com; github.com/prowler-cloud/prowler, prowler/lib/outputs).

Version 3 writes its own JSON and CSV and OCSF's class Security Finding (2001), versions 4 and 5 a CSV with other names
and Detection Finding (2004, schema.ocsf.io). Muted findings are suppressed ones; passed and manual checks are none.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Resource
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import instant, links, severity
from services.core.findings.formats.readers.json import json_values
from services.core.findings.formats.readers.tables import rows

_FOUND = {"FAIL", "MUTED"}
"""Of PASS, FAIL, MANUAL, INFO, and of version 3 MUTED: there, a muted finding has no other status."""


@dataclass(frozen=True, slots=True)
class _Names:
    """What the fields of the native files are called."""

    check: str
    title: str
    identifier: str
    account: str
    resource: tuple[str, ...]
    time: str


_NAMES = (
    _Names("CHECK_ID", "CHECK_TITLE", "FINDING_UID", "ACCOUNT_UID", ("RESOURCE_UID", "RESOURCE_NAME"), "TIMESTAMP"),
    _Names(
        *("CHECK_ID", "CHECK_TITLE", "FINDING_UNIQUE_ID", "ACCOUNT_ID"),
        ("RESOURCE_ARN", "RESOURCE_ID", "RESOURCE_NAME"),
        "ASSESSMENT_START_TIME",
    ),
)
"""Of version 4 on, and of version 3, whose JSON has the same without underscores, in mixed case."""
_COLUMNS = {
    name.replace("_", ""): name
    for name in (
        *(_NAMES[1].check, _NAMES[1].title, _NAMES[1].identifier, _NAMES[1].account, *_NAMES[1].resource),
        *(_NAMES[1].time, "PROVIDER", "STATUS", "STATUS_EXTENDED", "SEVERITY", "RESOURCE_TYPE", "REGION"),
        *("DESCRIPTION", "RISK", "RELATED_URL"),
    )
}


def _read(source: Source) -> Iterator[Entry]:
    if source.head.columns:
        return each(rows(source, ";"), _native)
    return each(json_values(source, "[]"), _json)


def _json(record: Record) -> Iterator[Reported]:
    if record.node.at("CheckID"):
        return _native(Record(record.position, _renamed(record.node)))
    return _ocsf(record)


def _renamed(node: Node) -> Node:
    """Returns an object of version 3's JSON as a row of its CSV."""
    fix = node.at("Remediation", "Recommendation")
    row = {_COLUMNS[name.upper()]: value.value for name, value in node.entries() if name.upper() in _COLUMNS}
    row["REMEDIATION_RECOMMENDATION_TEXT"] = fix.text("Text")
    row["REMEDIATION_RECOMMENDATION_URL"] = fix.text("Url")
    return Node(row)


def _native(record: Record) -> Iterator[Reported]:
    row = record.node
    if (status := required(row.text("STATUS"), "STATUS").upper()) not in _FOUND:
        return
    names = _NAMES[0] if row.at("FINDING_UID") else _NAMES[1]
    muted = row.flag("MUTED") or status == "MUTED"
    yield Reported(
        tool=Tool("Prowler", row.text("PROWLER_VERSION")),
        check=required(row.text(names.check), names.check),
        title=row.text(names.title),
        location=Resource(
            required(row.first(*names.resource, names.account), "the resource"),
            row.text("PROVIDER").lower(),
            row.text(names.account).removeprefix("context: "),
            row.text("REGION").removeprefix("namespace: "),
            row.text("RESOURCE_TYPE"),
        ),
        description=joined(row.text("DESCRIPTION"), row.text("RISK")),
        remediation=row.text("REMEDIATION_RECOMMENDATION_TEXT"),
        evidence=row.text("STATUS_EXTENDED"),
        references=links(row.text("RELATED_URL"), row.text("REMEDIATION_RECOMMENDATION_URL")),
        severity=severity(row.text("SEVERITY")),
        tool_severity=row.text("SEVERITY"),
        status=Status.SUPPRESSED if muted else Status.OPEN,
        status_reason="muted" if muted else "",
        seen_at=instant(row.text(names.time)),
        tool_id=row.text(names.identifier),
    )


def _ocsf(record: Record) -> Iterator[Reported]:
    """Returns an event for each resource that it is about; version 3 names the check as the product's feature."""
    event = record.node
    if required(event.first("status_code", "status"), "status_code").upper() in {"PASS", "MANUAL", "INFO", "SUCCESS"}:
        return
    info = event.at("finding_info") or event.at("finding")
    muted = event.text("status") == "Suppressed"
    for resource in list(event.items("resources")) or [Node()]:
        yield Reported(
            tool=Tool("Prowler", event.text("metadata", "product", "version")),
            check=required(event.text("metadata", "event_code") or _feature(event), "metadata.event_code"),
            title=info.text("title"),
            location=_resource(event, resource),
            description=joined(info.text("desc"), event.text("risk_details")),
            remediation=(event.at("remediation") or info.at("remediation")).text("desc"),
            evidence=event.first("status_detail", "message"),
            references=links(*event.texts("remediation", "references"), event.text("unmapped", "related_url")),
            severity=severity(event.text("severity")),
            tool_severity=event.text("severity"),
            status=Status.SUPPRESSED if muted else Status.OPEN,
            status_reason="muted" if muted else "",
            seen_at=instant(event.first("time_dt", "event_time", "time")),
            tool_id=info.text("uid"),
        )


def _feature(event: Node) -> str:
    return event.text("metadata", "product", "feature", "uid")


def _resource(event: Node, resource: Node) -> Resource:
    cloud = event.at("cloud")
    inside = resource.text("namespace")
    return Resource(
        required(resource.first("uid", "name") or cloud.text("account", "uid"), "resources.uid"),
        cloud.text("provider").lower() or ("kubernetes" if inside else ""),
        cloud.text("account", "uid"),
        inside or resource.text("region") or cloud.text("region"),
        resource.text("type"),
    )


def _recognizes(head: Head) -> bool:
    columns = set(head.columns)
    return (
        any({names.check, names.identifier, "STATUS_EXTENDED"} <= columns for names in _NAMES)
        or head.json.has("[].CheckID", "[].FindingUniqueId")
        or head.json.text("[].metadata.product.name") == "Prowler"
    )


FORMAT = Format(
    name="prowler", title="Prowler CSV, JSON and OCSF JSON", endings=("csv", "json"), recognizes=_recognizes, read=_read
)
