"""Tenable's scans: .nessus (static.tenable.com/documentation/nessus_v2_file_format.pdf), and tables.

Nessus, Vulnerability Management and Security Center export tables whose columns have other names for the same, a row
for each CVE of a plug-in.
"""

from collections.abc import Iterator
from dataclasses import replace

from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Endpoint
from services.core.findings.formats.kernel.model import Cvss, Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.tag import Tag
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cves, cvss, cwes, instant, links, severity
from services.core.findings.formats.readers.tables import rows
from services.core.findings.formats.readers.xml import xml_elements

_TOOL = Tool("Nessus")
_HOST = "NessusClientData_v2/Report/ReportHost"
_LEVELS = ("Info", "Low", "Medium", "High", "Critical")
_STATES = {"fixed": Status.FIXED, "accepted": Status.ACCEPTED}
_TIME = "%b %d, %Y %H:%M:%S %Z"


def _read(source: Source) -> Iterator[Entry]:
    return _hosts(source) if source.head.root is not None else _merged(each(rows(source), _row))


def _hosts(source: Source) -> Iterator[Entry]:
    """Returns the items of each host; its properties come before them."""
    properties = Tag()

    def convert(record: Record) -> Iterator[Reported]:
        nonlocal properties
        if record.tag.name == "HostProperties":
            properties = record.tag
        else:
            yield _item(record, properties)

    return each(xml_elements(source, f"{_HOST}/HostProperties", f"{_HOST}/ReportItem"), convert)


def _item(record: Record, properties: Tag) -> Reported:
    item = record.tag
    host = record.ancestors[2].get("name", "") or properties.text("tag[@name='host-ip']")
    time = properties.text("tag[@name='HOST_END_TIMESTAMP']") or properties.text("tag[@name='HOST_END']")
    scores = (
        *cvss(item.text("cvss4_vector"), _number(item.text("cvss4_base_score")), version="4"),
        *cvss(item.text("cvss3_vector"), _number(item.text("cvss3_base_score")), version="3"),
        *cvss(item.text("cvss_vector"), _number(item.text("cvss_base_score")), version="2"),
    )
    return Reported(
        tool=_TOOL,
        check=required(item.attribute("pluginID"), "pluginID"),
        title=item.attribute("pluginName"),
        location=Endpoint(required(host, "name"), int(item.attribute("port") or 0), item.attribute("protocol")),
        description=joined(item.text("synopsis"), item.text("description")),
        remediation=_solution(item.text("solution")),
        evidence=item.text("plugin_output"),
        references=links(*item.texts("see_also")),
        severity=severity(_level(item.attribute("severity"))),
        tool_severity=_level(item.attribute("severity")),
        cvss=scores,
        cwes=cwes(*item.texts("cwe")),
        cves=cves(*item.texts("cve")),
        seen_at=instant(time),
    )


def _row(record: Record) -> Iterator[Reported]:
    row = record.node
    host = required(row.first("Host", "IP Address", "DNS Name", "FQDN"), "Host")
    word = row.first("Risk", "Severity", "Risk Factor")
    yield Reported(
        tool=_TOOL,
        check=required(row.first("Plugin ID", "Plugin"), "Plugin ID"),
        title=row.first("Name", "Plugin Name"),
        location=Endpoint(host, row.whole("Port"), row.text("Protocol").lower()),
        description=joined(row.text("Synopsis"), row.text("Description")),
        remediation=_solution(row.first("Solution", "Steps to Remediate")),
        evidence=row.text("Plugin Output"),
        references=links(row.text("See Also")),
        severity=severity(_level(word)),
        tool_severity=_level(word),
        cvss=_scores(row),
        cves=cves(row.text("CVE")),
        status=_STATES.get(row.text("Vulnerability State").lower(), Status.OPEN),
        status_reason=row.first("Accept Risk Comment", "Recast Risk Comment"),
        seen_at=instant(row.first("Last Found", "Last Observed", "Host End"), _TIME),
    )


def _merged(entries: Iterator[Entry]) -> Iterator[Entry]:
    """Returns rows that differ in their CVE only as one."""
    last: Reported | None = None
    for entry in entries:
        alike = isinstance(entry, Reported) and last and (entry.check, entry.location) == (last.check, last.location)
        if last and alike and isinstance(entry, Reported) and entry.cves:
            last = replace(last, cves=last.cves + entry.cves)
            continue
        if last:
            yield last
        last = entry if isinstance(entry, Reported) else None
        if last is None:
            yield entry
    if last:
        yield last


def _scores(row: Node) -> tuple[Cvss, ...]:
    four = row.first("CVSS v4.0 Base Score", "CVSS V4 Base Score")
    three = row.first("CVSS v3.0 Base Score", "CVSS V3 Base Score", "CVSS3 Base Score")
    two = row.first("CVSS v2.0 Base Score", "CVSS V2 Base Score", "CVSS Base Score", "CVSS")
    return (
        *cvss(row.first("CVSS v4.0 Vector", "CVSS V4 Vector"), _number(four), version="4"),
        *cvss(row.first("CVSS V3 Vector", "CVSS3 Vector"), _number(three), version="3"),
        *cvss(row.first("CVSS V2 Vector", "CVSS Vector"), _number(two), version="2"),
    )


def _level(word: str) -> str:
    """Returns the name of a severity that stands as a number; its factor None is Nessus's Info."""
    if word in {"None", "Information"}:
        return "Info"
    return _LEVELS[int(word)] if word in {"0", "1", "2", "3", "4"} else word


def _number(text: str) -> float | None:
    return Node(text if text not in {"null", "N/A"} else None).number()


def _solution(text: str) -> str:
    return "" if text.lower() in {"n/a", "null"} else text


def _recognizes(head: Head) -> bool:
    names = set(head.columns)
    scanner = {"Plugin ID", "Risk", "Host", "Name"} <= names
    return head.tag("NessusClientData_v2") or scanner or {"Plugin", "Plugin Name", "Severity", "IP Address"} <= names


FORMAT = Format(
    name="nessus",
    title="Nessus .nessus and Tenable CSV",
    endings=("nessus", "csv"),
    recognizes=_recognizes,
    read=_read,
)
