"""Qualys' XML, and CSV (Qualys API XML/DTD Reference; Web Application Scanning API User Guide).

Of Vulnerability Management the scan (`SCAN`), which says everything at the place, the detections that the API lists
(`HOST_LIST_VM_DETECTION_OUTPUT`) and the report of assets (`ASSET_DATA_REPORT`, or CSV), and of Web Application
Scanning those of scans and of sites (`WAS_SCAN_REPORT`, `WAS_WEBAPP_REPORT`). In reports, places name a QID, which a
glossary after them explains and which is read first.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, collect, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Endpoint, Web
from services.core.findings.formats.kernel.model import Cvss, Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.tag import Tag
from services.core.findings.formats.kernel.texts import joined, plain
from services.core.findings.formats.kernel.words import cves, cvss, cwes, instant, severity
from services.core.findings.formats.readers.tables import rows
from services.core.findings.formats.readers.xml import xml_elements

_SEVERITIES = {
    "5": Severity.CRITICAL,
    "4": Severity.HIGH,
    "3": Severity.MEDIUM,
    "2": Severity.LOW,
    "1": Severity.INFO,
}
"""Urgent, critical, serious, medium, minimal (Qualys, Severity Levels)."""
_KINDS = {"VULN": "confirmed", "PRACTICE": "potential", "INFO": "information", "SERVICE": "information"}
"""Elements of a scan; of the information only what Qualys rates above minimal is a weakness."""
_STATUSES = {"fixed": Status.FIXED}
_ASSETS, _SCAN, _DETECTIONS = "ASSET_DATA_REPORT", "SCAN", "HOST_LIST_VM_DETECTION_OUTPUT"
_SITES = {"WAS_SCAN_REPORT": "", "WAS_WEBAPP_REPORT": "WEB_APPLICATION/"}
_SCORES = {
    "3.1": ("CVSS3_SCORE/CVSS3_BASE", "CVSS3_BASE", "CVSS_V3/BASE"),
    "2.0": ("CVSS_SCORE/CVSS_BASE", "CVSS_BASE"),
}
_COLUMNS = {"IP", "QID", "Vuln Status", "Threat", "Solution"}
_GLOSSARY = 20_000
_CUT = 8000
_MINIMAL = "1"


@dataclass(frozen=True, slots=True)
class _Known:
    """What Qualys knows of a QID: texts that are cut, for all of a report's are kept."""

    title: str = ""
    level: str = ""
    description: str = ""
    solution: str = ""
    cves: tuple[str, ...] = ()
    cwes: tuple[int, ...] = ()
    cvss: tuple[Cvss, ...] = ()
    references: tuple[str, ...] = ()


def _read(source: Source) -> Iterator[Entry]:
    root = source.head.root.name if source.head.root else ""
    if not root:
        return each(rows(source), _row)
    if root == _SCAN:
        paths = [f"SCAN/IP/{kind}S/CAT/{kind}" for kind in _KINDS]
        return each(xml_elements(source, *paths), _scanned)
    if root in _SITES:
        known = _glossary(source, f"{root}/GLOSSARY/QID_LIST/QID")
        path = f"{root}/RESULTS/{_SITES[root]}VULNERABILITY_LIST/VULNERABILITY"
        return each(xml_elements(source, path), partial(_site, known))
    if root == _DETECTIONS:
        return each(xml_elements(source, f"{root}/RESPONSE/HOST_LIST/HOST"), _detected)
    known = _glossary(source, f"{_ASSETS}/GLOSSARY/VULN_DETAILS_LIST/VULN_DETAILS")
    return each(xml_elements(source, f"{_ASSETS}/HOST_LIST/HOST"), partial(_host, known))


def _glossary(source: Source, path: str) -> dict[str, _Known]:
    records = collect(source, xml_elements(source, path), _GLOSSARY)
    return {record.tag.text("QID"): _known(record.tag) for record in records}


def _known(tag: Tag) -> _Known:
    """Returns what an entry of a glossary, or a scan's element itself, says."""
    texts = (tag.text(name) for name in ("THREAT", "DIAGNOSIS", "DESCRIPTION", "IMPACT", "CONSEQUENCE"))
    listed = (*tag.texts("CVE_ID_LIST/CVE_ID/ID"), tag.attribute("cveid"), tag.text("CVE_LIST"))
    return _Known(
        title=tag.text("TITLE")[:_CUT],
        level=tag.text("SEVERITY") or tag.attribute("severity"),
        description=joined(*(plain(text, _CUT) for text in texts)),
        solution=plain(tag.text("SOLUTION"), _CUT),
        cves=cves(*listed),
        cwes=cwes(tag.text("CWE")),
        cvss=_scores(tag),
        references=tag.texts("VENDOR_REFERENCE_LIST/VENDOR_REFERENCE/URL")[:20],
    )


def _scores(tag: Tag) -> tuple[Cvss, ...]:
    """Returns the scores, of version 3 first."""
    found: tuple[Cvss, ...] = ()
    for version, paths in _SCORES.items():
        found += _score(next(filter(None, map(tag.text, paths)), ""), version)
    return found


def _score(text: str, version: str) -> tuple[Cvss, ...]:
    """Returns a score, behind which the vector may stand in brackets; where it has none, Qualys writes a dash."""
    score = re.match(r"[0-9]{1,2}(?:\.[0-9])?", text)
    return cvss(text[score.end() :], float(score[0]), version=version) if score else ()


def _made(qid: str, known: _Known, location: Endpoint | Web, result: str, status: str, time: str) -> Reported:
    return Reported(
        tool=Tool("Qualys"),
        check=required(qid, "QID"),
        title=known.title or f"QID {qid}",
        location=location,
        description=known.description,
        remediation=known.solution,
        evidence=result,
        references=known.references,
        severity=severity(known.level, known.cvss, _SEVERITIES),
        tool_severity=known.level,
        cvss=known.cvss,
        cwes=known.cwes,
        cves=known.cves,
        status=_STATUSES.get(status.lower(), Status.OPEN),
        status_reason=status,
        seen_at=instant(time),
    )


def _scanned(record: Record) -> Iterator[Reported]:
    """Returns what a scan found at a host, whose address and port are in the elements around it."""
    _, address, _, category = record.ancestors
    kind, known = _KINDS[record.tag.name], _known(record.tag)
    if kind == "information" and known.level == _MINIMAL:
        return
    location = Endpoint(
        required(address.get("value", ""), "the address"), _port(category.get("port", "")), _protocol(category)
    )
    yield _made(record.tag.attribute("number"), known, location, record.tag.text("RESULT"), kind, "")


def _protocol(category: Mapping[str, str]) -> str:
    return category.get("protocol", "") or "tcp"


def _host(known: Mapping[str, _Known], record: Record) -> Iterator[Reported]:
    """Returns what a report of assets has of a host: vulnerabilities, confirmed or potential."""
    address = record.tag.text("IP") or record.tag.text("DNS")
    for found in record.tag.items("VULN_INFO_LIST/VULN_INFO"):
        about = known.get(found.text("QID"), _Known())
        if found.text("TYPE") == "Ig" and about.level in {"", _MINIMAL}:
            continue
        location = Endpoint(required(address, "IP"), _port(found.text("PORT")), found.text("PROTOCOL") or "tcp")
        status, time = found.text("VULN_STATUS"), found.text("LAST_FOUND")
        yield _made(found.text("QID"), about, location, found.text("RESULT"), status, time)


def _detected(record: Record) -> Iterator[Reported]:
    """Returns the detections of a host as the API lists them: with severities, but neither titles nor explanations."""
    address = record.tag.text("IP") or record.tag.text("DNS") or record.tag.text("IPV6")
    for found in record.tag.items("DETECTION_LIST/DETECTION"):
        about = _Known(level=found.text("SEVERITY"))
        if found.text("TYPE") == "Info" and about.level in {"", _MINIMAL}:
            continue
        location = Endpoint(required(address, "IP"), _port(found.text("PORT")), found.text("PROTOCOL") or "tcp")
        status, time = found.text("STATUS"), found.text("LAST_FOUND_DATETIME")
        made = _made(found.text("QID"), about, location, found.text("RESULTS"), status, time)
        hidden = [name for name in ("IS_IGNORED", "IS_DISABLED") if found.text(name) == "1"]
        yield replace(made, status=Status.SUPPRESSED, status_reason=hidden[0]) if hidden else made


def _site(known: Mapping[str, _Known], record: Record) -> Iterator[Reported]:
    """Returns a vulnerability of a site; one that its user ignores has the reason."""
    found, qid = record.tag, record.tag.text("QID")
    payload = found.at("PAYLOADS/PAYLOAD")
    location = Web(
        required(found.text("URL"), "URL"), payload.text("REQUEST/METHOD"), found.text("PARAM") or payload.text("PARAM")
    )
    time = found.text("LAST_TIME_DETECTED") or found.text("FIRST_TIME_DETECTED")
    made = _made(qid, known.get(qid, _Known()), location, payload.text("PAYLOAD"), found.text("STATUS"), time)
    if found.text("IGNORED").lower() in {"true", "1", "yes"} or found.text("IGNORE_REASON"):
        made = replace(made, status=Status.SUPPRESSED, status_reason=found.text("IGNORE_REASON") or "ignored")
    yield made


def _row(record: Record) -> Iterator[Reported]:
    """Returns a row of the report of assets as CSV, whose days come after their months."""
    row, level = record.node, record.node.text("Severity")
    if row.text("Type") == "Ig" and level in {"", _MINIMAL}:
        return
    known = _Known(
        title=row.text("Title"),
        level=level,
        description=joined(plain(row.text("Threat")), plain(row.text("Impact"))),
        solution=plain(row.text("Solution")),
        cves=cves(row.text("CVE ID")),
        cvss=_score(row.text("CVSS3 Base"), "3.1") + _score(row.text("CVSS Base"), "2.0"),
    )
    location = Endpoint(required(row.first("IP", "DNS"), "IP"), _port(row.text("Port")), row.text("Protocol") or "tcp")
    made = _made(row.text("QID"), known, location, row.text("Results"), row.text("Vuln Status"), "")
    yield replace(made, seen_at=instant(row.text("Last Detected"), "%m/%d/%Y %H:%M:%S"))


def _port(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("65535") else 0


def _recognizes(head: Head) -> bool:
    if head.root is None:
        return set(head.columns) >= _COLUMNS
    scan = head.root.name == _SCAN and b"QUALYS" in head.start[:4096].upper()
    return scan or head.root.name in {_ASSETS, _DETECTIONS, *_SITES}


FORMAT = Format(
    name="qualys",
    title="Qualys XML of scans, assets and sites, and CSV",
    endings=("xml", "csv"),
    recognizes=_recognizes,
    read=_read,
)
