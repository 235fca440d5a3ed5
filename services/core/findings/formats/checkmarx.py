"""Checkmarx's results: XML of CxSAST, and JSON of Checkmarx One, both its results and its report.

XML: cx.xsd of github.com/checkmarx-ltd/cx-flow. JSON: the results of the API and of `cx results show --report-format
json` (github.com/Checkmarx/ast-cli, internal/wrappers/results-json.go), and the report that the web site exports, of
which the results of SAST are read, and others are refused. Queries are known by their names, which are the same in all.
A weakness is where its data flow ends.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial

from services.core.findings.formats.kernel import redaction
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Code, Location, Package
from services.core.findings.formats.kernel.model import Entry, Refused, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.tag import Tag
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cves, cvss, cwes, instant, severity
from services.core.findings.formats.readers.json import json_texts, json_values
from services.core.findings.formats.readers.xml import xml_elements

_SAST, _ONE = "Checkmarx SAST", "Checkmarx One"
_STATES = {
    "1": Status.FALSE_POSITIVE,
    "2": Status.VERIFIED,
    "3": Status.VERIFIED,
    "NOT_EXPLOITABLE": Status.FALSE_POSITIVE,
    "CONFIRMED": Status.VERIFIED,
    "URGENT": Status.VERIFIED,
}
"""What a person decided, by number in XML and by word in JSON; to verify, and proposed not exploitable, are open."""
_WORDS = {"1": "not exploitable", "2": "confirmed", "3": "urgent", "4": "proposed not exploitable"}
_TIME = "%A, %B %d, %Y %I:%M:%S %p"
_QUERIES = "scanResults.sast.languages[].queries[]"
_OTHERS = ("scanResults.sca", "scanResults.kics", "scanResults.containers")
_IDENTIFIER = re.compile(r"([A-Za-z]{1,40})-(.{1,400}?)-(v?\d.{0,100})")
_ECOSYSTEMS = {"php": "composer", "ruby": "gem", "ios": "cocoapods"}
_NODES = 40

_Texts = Mapping[tuple[str, tuple[int | str, ...]], str]


def _read(source: Source) -> Iterator[Entry]:
    if source.head.root:
        return each(xml_elements(source, "CxXMLResults/Query/Result"), _result)
    if source.head.json.has("results"):
        return each(json_values(source, "results[]"), _one)
    texts = json_texts(source, f"{_QUERIES}.queryName", f"{_QUERIES}.description")
    records = json_values(source, f"{_QUERIES}.vulnerabilities[]", *_OTHERS)
    return each((_unread(record) for record in records), partial(_report, texts))


def _result(record: Record) -> Iterator[Reported]:
    tag, (run, query) = record.tag, record.ancestors[:2]
    way = tag.at("Path")
    nodes = way.items("PathNode")
    sink = nodes[-1] if nodes else Tag()
    weaknesses = cwes(query.get("cweId", ""))
    state = tag.attribute("state")
    refuted = Status.FALSE_POSITIVE if tag.attribute("FalsePositive") == "True" else Status.OPEN
    line = sink.text("Line") or tag.attribute("Line")
    name = required(query.get("name", ""), "Query name")
    yield Reported(
        tool=Tool(_SAST, run.get("CheckmarxVersion", "")),
        check=name,
        title=name.replace("_", " "),
        location=Code(
            path=required(sink.text("FileName") or tag.attribute("FileName"), "FileName"),
            line=int(line) if line.isdigit() else 0,
            symbol=way.attribute("DestinationMethod") or sink.text("Name"),
            repository=run.get("ProjectName", ""),
        ),
        description=query.get("group", "").replace("_", " "),
        evidence="\n".join(_step(node, weaknesses) for node in nodes[:_NODES]),
        references=(tag.attribute("DeepLink"),),
        severity=severity(tag.attribute("Severity")),
        tool_severity=tag.attribute("Severity"),
        cwes=weaknesses,
        status=Status.FIXED if tag.attribute("Status") == "Fixed" else _STATES.get(state, refuted),
        status_reason=joined(_WORDS.get(state, ""), tag.attribute("Remark")),
        seen_at=instant(run.get("ScanStart", ""), _TIME),
        tool_id=way.attribute("SimilarityId"),
    )


def _step(node: Tag, weaknesses: tuple[int, ...]) -> str:
    code = redaction.code(node.text("Snippet/Line/Code"), weaknesses)
    return f"{node.text('FileName')}:{node.text('Line')} {node.text('Name')}: {code}".rstrip(": ")


def _one(record: Record) -> Iterator[Reported]:
    """Returns a result of any engine of Checkmarx One."""
    row, data, details = record.node, record.node.at("data"), record.node.at("vulnerabilityDetails")
    check = required(data.first("queryName", "ruleName") or row.text("id"), "id")
    scores = cvss("", _rounded(details.number("cvssScore")), version=details.text("cvss", "version"))
    fixed = data.text("recommendedVersion")
    yield Reported(
        tool=Tool(_ONE),
        check=check,
        title=check.replace("_", " "),
        location=_location(row, data),
        description=row.text("description"),
        remediation=f"Update it to {fixed}." if fixed else "",
        evidence=joined(*_expected(data), _flow(list(data.items("nodes")))),
        references=tuple(one.text("url") for one in data.items("packageData")),
        severity=severity(row.text("severity"), scores),
        tool_severity=row.text("severity"),
        cvss=scores,
        cwes=cwes(details.text("cweId")),
        cves=cves(row.text("id"), details.text("cveName")),
        status=_STATES.get(row.text("state"), Status.OPEN),
        status_reason=joined(_said(row.text("state")), row.at("comments", "comments").brief()),
        seen_at=instant(row.first("foundAt", "created")),
        tool_id=row.text("similarityId"),
    )


def _location(row: Node, data: Node) -> Location:
    nodes = list(data.items("nodes"))
    if nodes:
        return _sink(nodes)
    if path := data.first("fileName", "filename"):
        return Code(path.lstrip("/"), data.whole("line"))
    if found := _IDENTIFIER.fullmatch(data.text("packageIdentifier")):
        kind = found[1].lower()
        return Package(found[2], found[3], _ECOSYSTEMS.get(kind, kind))
    name = required(data.first("packageName", "packageIdentifier"), f"the place of a result of {row.text('type')}")
    image = ":".join(filter(None, (data.text("imageName"), data.text("imageTag"))))
    return Package(name, data.text("packageVersion"), of=image)


def _sink(nodes: list[Node]) -> Code:
    last = nodes[-1]
    # Paths begin with a slash though they are relative to the repository.
    path = required(last.text("fileName"), "fileName").lstrip("/")
    return Code(path, last.whole("line"), symbol=last.first("method", "fullName"))


def _flow(nodes: list[Node]) -> str:
    return "\n".join(f"{one.text('fileName')}:{one.text('line')} {one.text('fullName')}" for one in nodes[:_NODES])


def _expected(data: Node) -> Iterator[str]:
    """Returns what is wrong with a setting; what secrets were found in is none of it."""
    if data.text("expectedValue"):
        yield f"Expected: {data.text('expectedValue')}"
        yield f"Found: {data.text('value')}"


def _said(state: str) -> str:
    return "" if state == "TO_VERIFY" else state.replace("_", " ").lower()


def _rounded(score: float | None) -> float | None:
    # Scores are single precision, 5.300000190734863; 0 stands for none.
    return round(score, 1) if score else None


def _unread(record: Record | Refused) -> Record | Refused:
    """Returns a record of the report, or why results of other engines aren't read from it."""
    if isinstance(record, Record) and record.path in _OTHERS and record.node:
        return Refused(record.position, "only results of SAST are read from the report: export the results as JSON")
    return record


def _report(texts: _Texts, record: Record) -> Iterator[Reported]:
    """Returns a result of SAST in the report."""
    if record.path in _OTHERS:
        return
    row, at = record.node, record.indices[:2]
    name = required(texts.get((f"{_QUERIES}.queryName", at), ""), "queryName")
    nodes = list(row.items("nodes"))
    state = row.text("state").replace(" ", "_").upper()
    yield Reported(
        tool=Tool(_ONE),
        check=name,
        title=name.replace("_", " "),
        location=_sink(nodes) if nodes else Code(required(row.text("fileName"), "nodes")),
        description=texts.get((f"{_QUERIES}.description", at), ""),
        evidence=_flow(nodes),
        severity=severity(row.text("severity")),
        tool_severity=row.text("severity"),
        cwes=cwes(row.text("cweId")),
        status=_STATES.get(state, Status.OPEN),
        status_reason=_said(state),
        seen_at=instant(row.first("foundDate", "firstFoundDate")),
        tool_id=row.text("similarityId"),
    )


def _recognizes(head: Head) -> bool:
    found = head.json
    return (
        head.tag("CxXMLResults")
        or found.has("results[].similarityId", "results[].type", "results[].state")
        or found.has("results", "totalCount", "scanID")
        or found.has("reportHeader", "executiveSummary", "scanSummary")
    )


FORMAT = Format(
    name="checkmarx",
    title="Checkmarx SAST XML and Checkmarx One JSON",
    endings=("xml", "json"),
    recognizes=_recognizes,
    read=_read,
)
