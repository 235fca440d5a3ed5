"""Bugcrowd's submissions, exported as CSV (docs.bugcrowd.com, Exporting Submissions; Assigning Submission Statuses).

A submission is the work of a person and one of its kind: its own number is the check, so that no two are taken for one.
Priorities are those of the Vulnerability Rating Taxonomy (bugcrowd.com/vulnerability-rating-taxonomy).
"""

from collections.abc import Iterator

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Location, Resource, place
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cves, instant, links, severity
from services.core.findings.formats.readers.tables import rows

_TOOL = Tool("Bugcrowd")
_SEVERITIES = {
    "1": Severity.CRITICAL,
    "2": Severity.HIGH,
    "3": Severity.MEDIUM,
    "4": Severity.LOW,
    "5": Severity.INFO,
}
_STATUSES = {
    "triaged": Status.VERIFIED,
    "unresolved": Status.VERIFIED,
    "resolved": Status.FIXED,
    "informational": Status.ACCEPTED,
    "wont_fix": Status.ACCEPTED,
    "out_of_scope": Status.SUPPRESSED,
    "not_applicable": Status.FALSE_POSITIVE,
    "not_reproducible": Status.FALSE_POSITIVE,
}
_SCHEMES = ("http://", "https://")


def _read(source: Source) -> Iterator[Entry]:
    return each(rows(source), _submission)


def _submission(record: Record) -> Iterator[Reported]:
    row = record.node
    state, twice = row.text("substate"), row.flag("duplicate")
    identifier = required(row.text("reference_number"), "reference_number")
    priority = row.text("priority")
    yield Reported(
        tool=_TOOL,
        check=identifier,
        title=row.first("title", "caption"),
        location=_location(row, identifier),
        description=joined(row.text("vrt_lineage"), row.text("description"), row.text("extra_info")),
        remediation=row.text("remediation_advice"),
        evidence=row.text("http_request"),
        references=links(row.text("vulnerability_references").replace("](", " ")),
        severity=severity(priority.lstrip("Pp"), others=_SEVERITIES),
        tool_severity=priority,
        cves=cves(row.text("title"), row.text("vulnerability_references")),
        status=Status.SUPPRESSED if twice else _STATUSES.get(state.replace("-", "_"), Status.OPEN),
        status_reason=f"duplicate, {state}" if twice else state,
        seen_at=instant(row.text("submitted_at"), "%Y-%m-%d %H:%M:%S %Z"),
        tool_id=identifier,
    )


def _location(row: Node, identifier: str) -> Location:
    """Returns the URL, or else the programme's target; where none is named, the submission is all that is known."""
    if (url := row.text("bug_url").strip()).startswith(_SCHEMES):
        return place(url)
    target = row.text("target_name")
    return place(target) if "." in target and " " not in target else Resource(target or identifier, kind="target")


def _recognizes(head: Head) -> bool:
    return {"reference_number", "bounty_code", "vrt_lineage", "bug_url"} <= set(head.columns)


FORMAT = Format(name="bugcrowd", title="Bugcrowd submissions CSV", endings=("csv",), recognizes=_recognizes, read=_read)
