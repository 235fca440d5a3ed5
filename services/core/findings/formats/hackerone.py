"""HackerOne's reports, exported as CSV (docs.hackerone.com, Export Reports) or by its API (api.hackerone.com, Reports).

A report is the work of a person and one of its kind: its own number is the check, so that no two are taken for one.
"""

from collections.abc import Iterator

from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Location, Resource, place
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.words import cves, cvss, cwes, instant, severity
from services.core.findings.formats.readers.json import json_values
from services.core.findings.formats.readers.tables import rows

_TOOL = Tool("HackerOne")
_STATUSES = {
    "triaged": Status.VERIFIED,
    "retesting": Status.VERIFIED,
    "resolved": Status.FIXED,
    "informative": Status.ACCEPTED,
    "not-applicable": Status.FALSE_POSITIVE,
    "spam": Status.FALSE_POSITIVE,
    "duplicate": Status.SUPPRESSED,
}
"""Of the states of a report (docs.hackerone.com, Report States); in the others it is open."""


def _read(source: Source) -> Iterator[Entry]:
    if source.head.columns:
        return each(rows(source), _row)
    return each(json_values(source, "data[]"), _report)


def _row(record: Record) -> Iterator[Reported]:
    row = record.node
    state, original = row.text("substate"), row.text("original_report_id")
    scores = cvss("", row.number("severity_score"), "", "3.1")
    identifier = required(row.text("id"), "id")
    yield Reported(
        tool=_TOOL,
        check=identifier,
        title=row.text("title"),
        location=_location(row.text("structured_scope"), identifier),
        description=row.text("weakness"),
        references=(f"https://hackerone.com/reports/{identifier}", row.text("reference_url")),
        severity=severity(row.text("severity_rating"), scores),
        tool_severity=row.text("severity_rating"),
        cvss=scores,
        cwes=cwes(row.text("weakness")),
        cves=cves(row.text("cve_ids")),
        status=_STATUSES.get(state, Status.OPEN),
        status_reason=f"{state} of {original}" if original and state == "duplicate" else state,
        seen_at=instant(row.text("reported_at"), "%Y-%m-%d %H:%M:%S %Z"),
        tool_id=identifier,
    )


def _report(record: Record) -> Iterator[Reported]:
    """Returns a report as the API gives it."""
    report, about = record.node, record.node.at("attributes")
    rating, weakness, scope = (_related(report, name) for name in ("severity", "weakness", "structured_scope"))
    scores = cvss(rating.text("cvss_vector_string"), rating.number("score"), "", "3.1")
    identifier = required(report.text("id"), "id")
    state = about.text("state")
    yield Reported(
        tool=_TOOL,
        check=identifier,
        title=about.text("title"),
        location=_location(scope.text("asset_identifier"), identifier),
        description=about.text("vulnerability_information"),
        references=(f"https://hackerone.com/reports/{identifier}", about.text("issue_tracker_reference_url")),
        severity=severity(rating.text("rating"), scores),
        tool_severity=rating.text("rating"),
        cvss=scores,
        cwes=cwes(weakness.text("external_id")),
        cves=cves(*about.texts("cve_ids")),
        status=_STATUSES.get(state, Status.OPEN),
        status_reason=state,
        seen_at=instant(about.text("created_at")),
        tool_id=identifier,
    )


def _related(report: Node, name: str) -> Node:
    return report.at("relationships", name, "data", "attributes")


def _location(scope: str, identifier: str) -> Location:
    """Returns the asset of the programme's scope; where none is named, the report is all that is known."""
    if not scope:
        return Resource(identifier, "hackerone", kind="report")
    # Apps of Apple's store have numbers.
    return Resource(scope, kind="app") if scope.isdigit() else place(scope)


def _recognizes(head: Head) -> bool:
    columns = {"id", "severity_rating", "substate", "structured_scope"} <= set(head.columns)
    return columns or head.json.has("data[].attributes.vulnerability_information", "data[].relationships.reporter")


FORMAT = Format(
    name="hackerone",
    title="HackerOne reports, CSV and JSON",
    endings=("csv", "json"),
    recognizes=_recognizes,
    read=_read,
)
