"""Dependency-Track's Finding Packaging Format (docs.dependencytrack.org/integrations/file-formats)."""

from collections.abc import Iterator, Mapping
from functools import partial

from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Package
from services.core.findings.formats.kernel.model import Cvss, Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cves, cvss, cwes, instant, links, severity
from services.core.findings.formats.readers.json import json_texts, json_values

_STATES = {
    "EXPLOITABLE": Status.VERIFIED,
    "FALSE_POSITIVE": Status.FALSE_POSITIVE,
    "NOT_AFFECTED": Status.FALSE_POSITIVE,
    "RESOLVED": Status.FIXED,
}
"""What an analysis decided; the other states leave it open."""
_ALIASES = ("cveId", "ghsaId", "osvId", "snykId", "sonatypeId", "gsdId", "vulnDbId")
_SCORES = (("cvssV4", "Score", "4.0"), ("cvssV3", "BaseScore", "3.1"), ("cvssV2", "BaseScore", "2.0"))
_AROUND = ("meta.version", "meta.timestamp", "project.name")

_Texts = Mapping[tuple[str, tuple[int | str, ...]], str]


def _read(source: Source) -> Iterator[Entry]:
    return each(json_values(source, "findings[]"), partial(_finding, json_texts(source, *_AROUND)))


def _finding(texts: _Texts, record: Record) -> Iterator[Reported]:
    row = record.node
    one, analysis, found = row.at("vulnerability"), row.at("analysis"), row.at("attribution")
    version, time, project = (texts.get((path, ()), "") for path in _AROUND)
    check, scores = required(one.text("vulnId"), "vulnerability.vulnId"), _scores(one)
    names = (check, *(alias.text(kind) for alias in one.items("aliases") for kind in _ALIASES))
    state = analysis.text("state")
    suppressed = Status.SUPPRESSED if analysis.flag("isSuppressed") else Status.OPEN
    location = _package(row.at("component"), project)
    yield Reported(
        tool=Tool("Dependency-Track", version),
        check=check,
        title=one.text("title") or f"{check} in {location.name} {location.version}",
        location=location,
        description=one.text("description"),
        remediation=one.text("recommendation"),
        evidence=f"Found by {found.text('analyzerIdentity')}" if found.text("analyzerIdentity") else "",
        references=(*links(one.text("references").replace("](", " ")), found.text("referenceUrl")),
        severity=severity(one.text("severity"), scores),
        tool_severity=one.text("severity"),
        cvss=scores,
        cwes=cwes(one.text("cweId"), *(weakness.text("cweId") for weakness in one.items("cwes"))),
        cves=cves(*names),
        aliases=tuple(name for name in names if not cves(name) and not name.isdigit()),
        status=_STATES.get(state, suppressed),
        status_reason=joined(state if state != "NOT_SET" else "", analysis.first("detail", "details")),
        seen_at=instant(found.text("attributedOn")) or instant(time),
        tool_id=row.text("matrix"),
    )


def _package(component: Node, project: str) -> Package:
    name = required(component.text("name"), "component.name")
    group, purl = component.text("group"), component.text("purl")
    return Package(f"{group}:{name}" if group else name, component.text("version"), purl=purl, of=project)


def _scores(one: Node) -> tuple[Cvss, ...]:
    given = (
        cvss(one.text(f"{name}Vector"), one.number(name + number), one.text("source"), version)
        for name, number, version in _SCORES
    )
    return tuple(score for some in given for score in some)


def _recognizes(head: Head) -> bool:
    return head.json.text("meta.application") == "Dependency-Track" or head.json.has(
        "findings[].component.uuid", "findings[].vulnerability.vulnId"
    )


FORMAT = Format(
    name="dependency-track",
    title="Dependency-Track findings (FPF)",
    endings=("fpf", "json"),
    recognizes=_recognizes,
    read=_read,
)
