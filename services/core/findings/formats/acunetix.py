"""Acunetix's XML, and the JSON of Acunetix 360 and its twin Invicti Enterprise (acunetix.com/support/docs).

The XML has a `Scan` for each site, whose items name a path below its address; 360 a list with URLs. Texts are HTML.
"""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urljoin

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Web
from services.core.findings.formats.kernel.model import Cvss, Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.tag import Tag
from services.core.findings.formats.kernel.texts import joined, plain
from services.core.findings.formats.kernel.words import cves, cvss, cwes, instant, links, severity
from services.core.findings.formats.readers.json import json_values
from services.core.findings.formats.readers.xml import xml_elements

_SCAN = "ScanGroup/Scan"
_STARTS = (f"{_SCAN}/StartURL", f"{_SCAN}/FinishTime", f"{_SCAN}/Crawler/Cookies")
"""What of a scan comes before its items; the crawler's attribute has the address with its scheme."""
_STATES = (
    ("FalsePositive", Status.FALSE_POSITIVE),
    ("AcceptedRisk", Status.ACCEPTED),
    ("Ignored", Status.SUPPRESSED),
    ("Fixed", Status.FIXED),
)
"""What a state of 360 holds, as in `Present, FalsePositive`."""
_SEVERITIES = {"bestpractice": Severity.INFO, "best practice": Severity.INFO}
_DAY_FIRST, _MONTH_FIRST = "%d/%m/%Y", "%m/%d/%Y"
_CLOCKS = ("%I:%M %p", "%H:%M:%S", "%H:%M")


def _read(source: Source) -> Iterator[Entry]:
    if source.head.root:
        return each(xml_elements(source, *_STARTS, f"{_SCAN}/ReportItems/ReportItem"), _Scan().take)
    return each(json_values(source, "Vulnerabilities[]"), _vulnerability)


class _Scan:
    """The scan that is being read."""

    def __init__(self) -> None:
        self._start = ""
        self._time = ""

    def take(self, record: Record) -> Iterator[Reported]:
        """Returns an item's finding; keeps what the scan says of itself."""
        name = record.tag.name
        if name == "StartURL":
            start = record.tag.text()
            self._start = start if "://" in start else f"http://{start}"
        elif name == "Cookies":
            self._start = record.ancestors[-1].get("StartUrl") or self._start
        elif name == "FinishTime":
            self._time = record.tag.text()
        else:
            yield _item(self._start, self._time, record.tag)


def _item(start: str, time: str, item: Tag) -> Reported:
    false = item.text("IsFalsePositive").lower() in {"1", "true"}
    request, parameter = item.text("TechnicalDetails/Request"), item.text("Parameter")
    scores = _scores(item)
    return Reported(
        tool=Tool("Acunetix"),
        check=item.text("ModuleName") or required(item.text("Name"), "Name"),
        title=item.text("Name"),
        location=Web(
            required(urljoin(start, item.text("Affects")), "Affects"),
            request.partition(" ")[0][:20],
            "" if parameter == "<empty>" else parameter,
        ),
        description=joined(plain(item.text("Description")), plain(item.text("Impact"))),
        remediation=plain(item.text("Recommendation")),
        evidence=joined(plain(item.text("Details")), request, item.text("TechnicalDetails/Response")),
        references=item.texts("References/Reference/URL"),
        severity=severity(item.text("Severity"), scores),
        tool_severity=item.text("Severity"),
        cvss=scores,
        cwes=cwes(*item.texts("CWEList/CWE")),
        cves=cves(*item.texts("CVEList/CVE")),
        status=Status.FALSE_POSITIVE if false else Status.OPEN,
        seen_at=_instant(time),
    )


def _scores(item: Tag) -> tuple[Cvss, ...]:
    found: tuple[Cvss, ...] = ()
    for name, version in (("CVSS4", "4.0"), ("CVSS3", "3.0"), ("CVSS", "2.0")):
        score = Node({"score": item.text(f"{name}/Score")}).number("score")
        found += cvss(item.text(f"{name}/Descriptor"), score, version=version)
    return found


def _vulnerability(record: Record) -> Iterator[Reported]:
    """Returns a vulnerability of 360."""
    found, classes, request = record.node, record.node.at("Classification"), record.node.at("HttpRequest")
    scores = _vector(classes.at("Cvss31")) + _vector(classes.at("Cvss"))
    state = found.text("State")
    status = next((status for word, status in _STATES if word in state), None)
    confirmed = Status.VERIFIED if found.flag("Confirmed") else Status.OPEN
    vulnerable = (one.text("Name") for one in request.items("Parameters") if one.flag("Vulnerable"))
    known = tuple(one.text("Title") for one in found.items("KnownVulnerabilities"))
    yield Reported(
        tool=Tool("Acunetix 360"),
        check=required(found.text("Type"), "Type"),
        title=found.text("Name"),
        location=Web(required(found.text("Url"), "Url"), request.text("Method"), next(vulnerable, "")),
        description=joined(plain(found.text("Description")), plain(found.text("Impact")), "\n".join(known)),
        remediation=plain(found.text("RemedialProcedure")) or plain(found.text("RemedialActions")),
        evidence=joined(_extra(found), plain(found.text("ProofOfConcept")), request.text("Content")),
        references=links(found.text("ExternalReferences"), found.text("RemedyReferences")),
        severity=severity(found.text("Severity"), scores, _SEVERITIES),
        tool_severity=found.text("Severity"),
        cvss=scores,
        cwes=cwes(*classes.text("Cwe").split(",")),
        cves=cves(*known),
        status=status or confirmed,
        status_reason=state,
        seen_at=_instant(found.text("LastSeenDate")),
        tool_id=found.text("LookupId"),
    )


def _vector(score: Node) -> tuple[Cvss, ...]:
    return cvss(score.text("Vector"), score.number("BaseScore", "Value"))


def _extra(found: Node) -> str:
    return "\n".join(f"{one.text('Name')}: {one.text('Value')}" for one in found.items("ExtraInformation"))


def _instant(text: str) -> datetime | None:
    """Returns a time written as the account's locale has it, unless it may be of two days."""
    text = text.partition(" (")[0].replace(",", "")
    read = {instant(text, *(f"{date} {clock}" for clock in _CLOCKS)) for date in (_DAY_FIRST, _MONTH_FIRST)} - {None}
    return read.pop() if len(read) == 1 else None


def _recognizes(head: Head) -> bool:
    return head.tag("ScanGroup") or head.json.has("Generated", "Target.ScanId", "Vulnerabilities")


FORMAT = Format(
    name="acunetix", title="Acunetix XML, and 360 JSON", endings=("xml", "json"), recognizes=_recognizes, read=_read
)
