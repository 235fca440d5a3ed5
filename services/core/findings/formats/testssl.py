"""testssl.sh's measurements, CSV and JSON, flat and pretty (testssl.sh/doc/testssl.1.html, -oC, -oj, -oJ).

What it says is `OK` is no weakness and left out; `INFO`, and warnings of its own troubles, are information.
"""

from collections.abc import Iterator
from functools import partial

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Endpoint
from services.core.findings.formats.kernel.model import Entry, Reported, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.words import cves, cwes, severity
from services.core.findings.formats.readers.json import Texts, json_texts, json_values
from services.core.findings.formats.readers.tables import rows

_TOOL = Tool("testssl.sh")
_WORDS = {"warn": Severity.INFO, "debug": Severity.INFO, "fatal": Severity.INFO}
_FINE = "OK"
_SECTIONS = "scanResult[].*[]"
_PLACE = ("targetHost", "ip", "port")


def _read(source: Source) -> Iterator[Entry]:
    if source.head.columns:
        return each(rows(source), partial(_flat, "fqdn/ip"))
    if source.head.json.has("scanResult"):
        texts = json_texts(source, "version", *(f"scanResult[].{name}" for name in _PLACE))
        return each(json_values(source, _SECTIONS), partial(_nested, texts))
    return each(json_values(source, "[]"), partial(_flat, "ip"))


def _flat(place: str, record: Record) -> Iterator[Reported]:
    one = record.node
    name, _, address = required(one.text(place), place).partition("/")
    return _measurement(_TOOL, Endpoint(name or address, one.whole("port")), address, one)


def _nested(texts: Texts, record: Record) -> Iterator[Reported]:
    name, address, port = (texts.get((f"scanResult[].{field}", record.indices[:1]), "") for field in _PLACE)
    tool = Tool(_TOOL.name, texts.get(("version", ()), "").partition(" ")[0])
    return _measurement(
        tool, Endpoint(required(name or address, "targetHost"), Node(port).whole()), address, record.node
    )


def _measurement(tool: Tool, location: Endpoint, address: str, one: Node) -> Iterator[Reported]:
    word, check = one.text("severity"), required(one.text("id"), "id").strip()
    if word == _FINE:
        return
    finding = one.text("finding")
    yield Reported(
        tool=tool,
        check=check,
        title=f"{check}: {finding}",
        location=location,
        evidence=f"{finding} ({address})" if address else finding,
        severity=severity(word, others=_WORDS),
        tool_severity=word,
        cwes=cwes(*one.text("cwe").split()),
        cves=cves(one.text("cve")),
    )


def _recognizes(head: Head) -> bool:
    flat = head.json.has("[].id", "[].ip", "[].port", "[].severity", "[].finding")
    return (
        {"id", "fqdn/ip", "severity", "finding"} <= set(head.columns)
        or flat
        or head.json.has("scanResult", "Invocation")
    )


FORMAT = Format(
    name="testssl", title="testssl.sh CSV and JSON", endings=("csv", "json"), recognizes=_recognizes, read=_read
)
