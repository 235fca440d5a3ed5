"""Veracode's detailed report, XML (detailedreport.xsd, docs.veracode.com/r/c_about_XML_report), and findings, JSON.

The JSON is the answer of the Findings API (docs.veracode.com/r/c_findings_v2_intro), or the list in it. A flaw is known
by its CWE; the number in `issueid` is the application's own. What has been done about it: fixed flaws say so, and
mitigations count where somebody has accepted them.
"""

from collections.abc import Iterator, Mapping
from itertools import chain

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Code, Location, Package, Web
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.tag import Tag
from services.core.findings.formats.kernel.texts import joined, plain
from services.core.findings.formats.kernel.words import cves, cvss, cwes, instant, severity
from services.core.findings.formats.readers.json import json_values
from services.core.findings.formats.readers.xml import xml_elements

_TOOL = Tool("Veracode")
_SEVERITIES = {
    "5": Severity.CRITICAL,
    "4": Severity.HIGH,
    "3": Severity.MEDIUM,
    "2": Severity.LOW,
    "1": Severity.LOW,
    "0": Severity.INFO,
}
"""Very high to very low, and informational."""
_CATEGORY = "detailedreport/severity/category"
_ADVICE = f"{_CATEGORY}/recommendations"
_FLAWS = tuple(f"{_CATEGORY}/cwe/{kind}/flaw" for kind in ("staticflaws", "dynamicflaws", "manualflaws"))
_COMPONENTS = "detailedreport/software_composition_analysis/vulnerable_components/component"
_RESOLUTIONS = {
    "FIXED": Status.FIXED,
    "MITIGATED": Status.ACCEPTED,
    "POTENTIAL_FALSE_POSITIVE": Status.FALSE_POSITIVE,
}
"""Of findings of the API, once approved."""
_TIME = "%Y-%m-%d %H:%M:%S UTC"


def _read(source: Source) -> Iterator[Entry]:
    if source.head.root:
        return each(xml_elements(source, _ADVICE, *_FLAWS, _COMPONENTS), _Report().record)
    return each(json_values(source, "findings[]", "_embedded.findings[]"), _finding)


class _Report:
    """A report on its way: a category's advice comes before its flaws."""

    def __init__(self) -> None:
        self._advice = ""

    def record(self, record: Record) -> Iterator[Reported]:
        """Returns what an element reports."""
        if record.path == _ADVICE:
            paragraphs = chain.from_iterable((one, *one.items("bulletitem")) for one in record.tag.items("para"))
            self._advice = joined(*(one.attribute("text") for one in paragraphs))
        elif record.path == _COMPONENTS:
            yield from _component(record)
        else:
            yield self._flaw(record)

    def _flaw(self, record: Record) -> Reported:
        tag, run, cwe = record.tag, record.ancestors[0], record.ancestors[3]
        number = required(tag.attribute("cweid"), "cweid")
        status, reason = _status(tag)
        return Reported(
            tool=_TOOL,
            check=f"CWE-{number}",
            title=joined(cwe.get("cwename", "") or tag.attribute("categoryname")),
            location=_location(tag, run),
            asset="" if tag.attribute("url") else run.get("app_name", ""),
            description=tag.attribute("description"),
            remediation=self._advice,
            evidence=joined(tag.attribute("type"), tag.attribute("module"), tag.attribute("note")),
            severity=severity(tag.attribute("severity"), others=_SEVERITIES),
            tool_severity=tag.attribute("severity"),
            cwes=cwes(number),
            status=status,
            status_reason=reason,
            seen_at=instant(run.get("last_update_time", ""), _TIME),
            tool_id=tag.attribute("issueid"),
        )


def _location(tag: Tag, run: Mapping[str, str]) -> Location:
    if url := tag.attribute("url"):
        return Web(url, parameter=tag.attribute("vuln_parameter"))
    folder, name = tag.attribute("sourcefilepath"), tag.attribute("sourcefile")
    path = "/".join(filter(None, (folder.rstrip("/"), name))) or tag.attribute("location") or tag.attribute("module")
    line = tag.attribute("line")
    return Code(
        path=required(path, "sourcefile"),
        line=int(line) if line.isdigit() else 0,
        symbol=tag.attribute("functionprototype"),
        repository=run.get("app_name", ""),
    )


def _status(tag: Tag) -> tuple[Status, str]:
    """Returns what became of a flaw, and what was said of it last."""
    said = tag.items("mitigations/mitigation")
    reason = joined(*(f"{one.attribute('action')}: {one.attribute('description')}" for one in said))
    if tag.attribute("remediation_status").lower() == "fixed":
        return Status.FIXED, reason
    if tag.attribute("mitigation_status").lower() != "accepted":
        return Status.OPEN, reason
    refuted = any("false positive" in one.attribute("action").lower() for one in said)
    return (Status.FALSE_POSITIVE if refuted else Status.ACCEPTED), reason


def _component(record: Record) -> Iterator[Reported]:
    tag, run = record.tag, record.ancestors[0]
    name = tag.attribute("library") or tag.attribute("file_name")
    # An identifier is `maven:group:artifact:version:`, or `npm:name::version:`.
    kind, group, artifact, *_ = (*tag.attribute("library_id").split(":"), "", "", "")
    package = Package(
        name=":".join(filter(None, (group, artifact))) or required(name, "file_name"),
        version=tag.attribute("version"),
        ecosystem=kind,
        path=next((one.attribute("value") for one in tag.items("file_paths/file_path")), tag.attribute("file_name")),
        of=run.get("app_name", ""),
    )
    for one in tag.items("vulnerabilities/vulnerability"):
        check = required(one.attribute("cve_id"), "cve_id")
        score = one.attribute("cvss_score")
        scores = cvss("", float(score) if score else None, version="3.1")
        yield Reported(
            tool=_TOOL,
            check=check,
            title=f"{check} in {package.name} {package.version}",
            location=package,
            description=one.attribute("cve_summary"),
            severity=severity(one.attribute("severity"), scores, _SEVERITIES),
            tool_severity=one.attribute("severity"),
            cvss=scores,
            cwes=cwes(one.attribute("cwe_id")),
            cves=cves(check),
            aliases=() if cves(check) else (check,),
            status=Status.ACCEPTED if one.attribute("mitigation") == "true" else Status.OPEN,
            seen_at=instant(run.get("last_update_time", ""), _TIME),
        )


def _finding(record: Record) -> Iterator[Reported]:
    """Returns a finding of the API, of any kind of analysis."""
    row, details, found = record.node, record.node.at("finding_details"), record.node.at("finding_status")
    cve, weakness = details.at("cve"), details.text("cwe", "id")
    flaw = f"CWE-{weakness}" if weakness else ""
    check = required(cve.text("name") or flaw, "cwe")
    status, reason = _decided(row, found)
    scores = cvss(cve.text("cvss3", "vector"), cve.number("cvss3", "score"), version="3.1")
    yield Reported(
        tool=_TOOL,
        check=check,
        title=details.text("cwe", "name") or check,
        location=_place(details),
        description=plain(row.text("description")),
        evidence=joined(details.text("attack_vector"), details.text("module")),
        severity=severity(details.text("severity") or cve.text("severity"), scores, _SEVERITIES),
        tool_severity=details.text("severity") or cve.text("severity"),
        cvss=scores,
        cwes=cwes(weakness),
        cves=cves(check),
        status=status,
        status_reason=reason,
        seen_at=instant(found.text("last_seen_date")),
        tool_id=row.text("issue_id"),
    )


def _place(details: Node) -> Location:
    if url := details.text("url"):
        return Web(url, parameter=details.text("vulnerable_parameter"))
    if name := details.text("component_filename"):
        path = next((one.text("path") for one in details.items("component_path")), "")
        return Package(name, details.text("version"), path=path)
    path = required(details.first("file_path", "file_name", "location", "module"), "file_path")
    return Code(path, details.whole("file_line_number"), symbol=details.text("procedure"))


def _decided(row: Node, found: Node) -> tuple[Status, str]:
    said = (f"{one.text('action')}: {one.text('comment')}" for one in row.items("annotations"))
    resolution, approved = found.text("resolution"), found.text("resolution_status") == "APPROVED"
    status = _RESOLUTIONS.get(resolution, Status.OPEN) if approved or resolution == "FIXED" else Status.OPEN
    return status, joined(*said) or (resolution if status is not Status.OPEN else "")


def _recognizes(head: Head) -> bool:
    if head.tag("detailedreport") and head.root:
        return "veracode" in head.root.namespace
    marks = ("finding_details", "finding_status", "scan_type")
    return any(head.json.has(*(f"{at}findings[].{mark}" for mark in marks)) for at in ("", "_embedded."))


FORMAT = Format(
    name="veracode",
    title="Veracode detailed report XML and findings JSON",
    endings=("xml", "json"),
    recognizes=_recognizes,
    read=_read,
)
