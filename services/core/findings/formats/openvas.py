"""OpenVAS and Greenbone: reports of GMP as XML (docs.greenbone.net/API/GMP), and their export as a table."""

from collections.abc import Iterator

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Endpoint
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cves, cvss, instant, links, severity
from services.core.findings.formats.readers.tables import rows
from services.core.findings.formats.readers.xml import xml_elements

_TOOL = Tool("OpenVAS")
_THREATS = {"alarm": Severity.HIGH, "debug": Severity.INFO, "false positive": Severity.INFO}
_ROOTS = ("report/report", "report", "get_reports_response/report/report")


def _read(source: Source) -> Iterator[Entry]:
    if source.head.root is None:
        return each(rows(source), _row)
    paths = [f"{root}/results/result" for root in _ROOTS]
    return each(xml_elements(source, *paths, "get_results_response/result"), _result)


def _result(record: Record) -> Iterator[Reported]:
    result, nvt = record.tag, record.tag.at("nvt")
    tags = dict(part.partition("=")[::2] for part in nvt.text("tags").split("|"))
    vectors = (*nvt.texts("severities/severity/value"), tags.get("cvss_base_vector", ""))
    vector = next((text for text in vectors if text), "")
    threat = result.text("original_threat") or result.text("threat")
    references = nvt.items("refs/ref")
    scores = cvss(vector, Node(result.text("severity") or None).number())
    yield Reported(
        tool=_TOOL,
        check=required(nvt.attribute("oid"), "nvt.oid"),
        title=nvt.text("name") or result.text("name"),
        location=_endpoint(required(result.own("host"), "host"), result.text("port")),
        description=joined(*(tags.get(name, "") for name in ("summary", "insight", "affected", "impact"))),
        remediation=nvt.text("solution") or tags.get("solution", ""),
        evidence=result.text("description"),
        references=links(*(ref.attribute("id") for ref in references if ref.attribute("type") == "url")),
        severity=severity(threat, scores, _THREATS),
        tool_severity=threat,
        cvss=scores,
        cves=cves(nvt.text("cve"), *(ref.attribute("id") for ref in references)),
        status=Status.FALSE_POSITIVE if result.text("threat") == "False Positive" else Status.OPEN,
        status_reason=joined(*result.texts("notes/note/text"), *result.texts("overrides/override/text")),
        seen_at=instant(result.text("modification_time") or result.text("creation_time")),
        tool_id=result.attribute("id"),
    )


def _row(record: Record) -> Iterator[Reported]:
    row = record.node
    word, names = row.text("Severity"), ("Summary", "Vulnerability Insight", "Affected Software/OS", "Impact")
    scores = cvss("", row.number("CVSS"), version="2")
    host, port = required(row.first("IP", "Hostname"), "IP"), row.whole("Port")
    yield Reported(
        tool=_TOOL,
        check=required(row.text("NVT OID"), "NVT OID"),
        title=row.text("NVT Name"),
        location=Endpoint(host, port, row.text("Port Protocol") or "tcp"),
        description=joined(*(row.text(name) for name in names)),
        remediation=row.text("Solution"),
        evidence=row.text("Specific Result"),
        references=links(row.text("Other References")),
        severity=severity(word, scores, _THREATS),
        tool_severity=word,
        cvss=scores,
        cves=cves(row.text("CVEs")),
        seen_at=instant(row.text("Timestamp")),
        tool_id=row.text("Result ID"),
    )


def _endpoint(host: str, port: str) -> Endpoint:
    """Returns the place of `443/tcp`, or of `general/tcp`, which is the host's."""
    number, _, protocol = port.partition("/")
    return Endpoint(host, int(number), protocol) if number.isascii() and number.isdigit() else Endpoint(host)


def _recognizes(head: Head) -> bool:
    if head.root is None:
        return {"IP", "NVT Name", "NVT OID", "Specific Result"} <= set(head.columns)
    gmp = b"<results" in head.start or b"<gmp>" in head.start or b"<task" in head.start
    report = head.root.name == "report" and "format_id" in head.root.attributes
    return (report and gmp) or head.root.name in {"get_reports_response", "get_results_response"}


FORMAT = Format(
    name="openvas", title="OpenVAS/Greenbone XML and CSV", endings=("xml", "csv"), recognizes=_recognizes, read=_read
)
