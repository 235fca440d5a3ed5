"""Wapiti's JSON and XML (wapiti-scanner.github.io; github.com/wapiti-scanner/wapiti, wapitiCore/report).

Findings stand under the name of their kind, as vulnerabilities, anomalies or additional information; what the kind is,
with its remedy, stands beside them and is read first. Levels are the numbers of wapitiCore/attack/attack.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urljoin

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, collect, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Web
from services.core.findings.formats.kernel.model import Entry, Reported, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cves, cwes, instant, severity
from services.core.findings.formats.readers.json import json_texts, json_values
from services.core.findings.formats.readers.xml import xml_elements

_SEVERITIES = {
    "4": Severity.CRITICAL,
    "3": Severity.HIGH,
    "2": Severity.MEDIUM,
    "1": Severity.LOW,
    "0": Severity.INFO,
}
_LISTS = {"vulnerabilities": "vulnerability", "anomalies": "anomaly", "additionals": "additional"}
_ABOUT = ("description", "solution", "references")
_KINDS = 10_000
_CUT = 4000


@dataclass(slots=True)
class _Kind:
    """What a report says of a kind of finding: texts that are cut, for all are kept."""

    description: str = ""
    solution: str = ""
    references: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Scan:
    """What all findings share."""

    tool: Tool
    target: str
    time: str
    kinds: Mapping[str, _Kind]


def _read(source: Source) -> Iterator[Entry]:
    if source.head.root:
        paths = [f"report/{many}/{one}/entries/entry" for many, one in _LISTS.items()]
        return each(xml_elements(source, *paths), partial(_element, _xml_scan(source)))
    return each(json_values(source, *(f"{many}.*[]" for many in _LISTS)), partial(_object, _json_scan(source)))


def _xml_scan(source: Source) -> _Scan:
    kinds: dict[str, _Kind] = {}
    infos: dict[str, str] = {}
    paths = [f"report/{many}/{one}/{about}" for many, one in _LISTS.items() for about in _ABOUT]
    records = xml_elements(source, "report/report_infos/info", *paths)
    for record in collect(source, records, _KINDS * len(_ABOUT)):
        tag = record.tag
        if tag.name == "info":
            infos[tag.attribute("name")] = tag.text()[:_CUT]
            continue
        kind = kinds.setdefault(record.ancestors[2].get("name", ""), _Kind())
        if tag.name == "references":
            kind.references = {one.text("title")[:_CUT]: one.text("url")[:_CUT] for one in tag.items("reference")}
        else:
            setattr(kind, tag.name, tag.text()[:_CUT])
    version = infos.get("generatorVersion", "").removeprefix("Wapiti ")
    return _Scan(Tool("Wapiti", version), infos.get("target", ""), infos.get("dateOfScan", ""), kinds)


def _json_scan(source: Source) -> _Scan:
    kinds: dict[str, _Kind] = {}
    for record in collect(source, json_values(source, "classifications.*"), _KINDS):
        node = record.node
        links = {str(title)[:_CUT]: url.brief() for title, url in node.entries("ref")}
        kinds[str(record.indices[0])] = _Kind(node.text("desc")[:_CUT], node.text("sol")[:_CUT], links)
    about = json_texts(source, "infos.version", "infos.target", "infos.date")
    version, target, time = (about.get((f"infos.{name}", ()), "") for name in ("version", "target", "date"))
    return _Scan(Tool("Wapiti", version.removeprefix("Wapiti ")), target, time, kinds)


def _object(scan: _Scan, record: Record) -> Iterator[Reported]:
    return _found(scan, str(record.indices[0]), record.node)


def _element(scan: _Scan, record: Record) -> Iterator[Reported]:
    names = ("method", "path", "level", "parameter", "info", "http_request", "curl_command")
    fields = {name: record.tag.text(name) for name in names}
    return _found(scan, record.ancestors[2].get("name", ""), Node(fields))


def _found(scan: _Scan, name: str, found: Node) -> Iterator[Reported]:
    kind = scan.kinds.get(name, _Kind())
    level, info = found.text("level"), found.text("info").partition("\n")[0]
    kind_name = required(name, "the name of the kind")
    yield Reported(
        tool=scan.tool,
        # Of a page, there may be several of a kind, such as headers that are missing.
        check=kind_name if found.text("parameter") or not info else f"{kind_name}: {info}",
        title=info or name,
        location=Web(
            urljoin(scan.target, required(found.text("path"), "path")), found.text("method"), found.text("parameter")
        ),
        description=joined(found.text("info"), kind.description),
        remediation=kind.solution,
        evidence=joined(found.text("http_request"), found.text("curl_command")),
        references=tuple(kind.references.values()),
        severity=severity(level, others=_SEVERITIES),
        tool_severity=level,
        cwes=cwes(*kind.references),
        cves=cves(found.text("info")),
        seen_at=instant(scan.time),
    )


def _recognizes(head: Head) -> bool:
    if head.root:
        return head.tag("report") and head.root.attributes.get("type") == "security" and b"apiti" in head.start
    kinds = (path for path in head.json.paths if path.startswith("classifications."))
    return any(path.endswith(".sol") for path in kinds) or head.json.has("vulnerabilities", "anomalies", "additionals")


FORMAT = Format(name="wapiti", title="Wapiti JSON and XML", endings=("json", "xml"), recognizes=_recognizes, read=_read)
