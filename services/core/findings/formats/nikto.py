"""Nikto's reports: XML (docs/nikto.dtd of github.com/sullo/nikto) and JSON (plugins/nikto_report_json.plugin).

Nikto has no severities of its own; what it reports is information until somebody judges it.
"""

from collections.abc import Iterator
from functools import partial
from urllib.parse import urljoin

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Endpoint, Location, Web
from services.core.findings.formats.kernel.model import Entry, Reported, Tool
from services.core.findings.formats.kernel.record import Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.words import cves, instant, links
from services.core.findings.formats.readers.json import Texts, json_texts, json_values
from services.core.findings.formats.readers.xml import xml_elements

_TLS_PORTS = frozenset({"443", "8443"})
_DETAILS = ("niktoscan/scandetails", "niktoscan/niktoscan/scandetails", "niktoscans/niktoscan/scandetails")
_FIELDS = ("host", "ip", "port")


def _read(source: Source) -> Iterator[Entry]:
    if source.head.root is not None:
        return each(xml_elements(source, *(f"{path}/item" for path in _DETAILS)), _item)
    texts = json_texts(source, *(f"{prefix}{field}" for prefix in ("", "[].") for field in _FIELDS))
    records = json_values(source, "vulnerabilities[]", "[].vulnerabilities[]")
    return each(records, partial(_vulnerability, texts))


def _item(record: Record) -> Iterator[Reported]:
    item, scan, details = record.tag, record.ancestors[-2], record.ancestors[-1]
    # The path stands in the link, too, with host and scheme.
    url = item.text("namelink") or urljoin(details.get("sitename", ""), item.text("uri"))
    text = item.text("description")
    yield Reported(
        tool=Tool("Nikto", scan.get("version", "")),
        check=required(item.attribute("id"), "id"),
        title=_title(text, item.text("uri")),
        location=_location(url, item.attribute("method"), details.get("targetip", ""), details.get("targetport", "")),
        description=text,
        references=(*links(item.text("references")), *_osvdb(item.attribute("osvdbid"), item.attribute("osvdblink"))),
        severity=Severity.INFO,
        cves=cves(text, item.text("references")),
        seen_at=instant(details.get("starttime", "")),
    )


def _vulnerability(texts: Texts, record: Record) -> Iterator[Reported]:
    one, prefix = record.node, record.path.removesuffix("vulnerabilities[]")
    host, address, port = (texts.get((f"{prefix}{field}", record.indices[:-1]), "") for field in _FIELDS)
    path, text = one.text("url"), one.text("msg")
    scheme = "https" if port in _TLS_PORTS else "http"
    name = f"[{host or address}]" if ":" in (host or address) else host or address
    url = path if "://" in path else f"{scheme}://{name}:{port or 80}/{path.lstrip('/')}"
    yield Reported(
        tool=Tool("Nikto"),
        check=required(one.text("id"), "id"),
        title=_title(text, path),
        location=_location(url if name else "", one.text("method"), address, port),
        description=text,
        references=(*links(one.text("references")), *_osvdb(one.text("OSVDB"), "")),
        severity=Severity.INFO,
        cves=cves(text, one.text("references")),
    )


def _location(url: str, method: str, address: str, port: str) -> Location:
    if "://" in url:
        return Web(url, method)
    return Endpoint(required(address, "host"), int(port or 0))


def _title(text: str, path: str) -> str:
    """Returns what was found without the path, which Nikto puts before it."""
    begin = text.removeprefix(path).lstrip(": ") if path and path != "/" else text.removeprefix("/:").lstrip(": ")
    return begin.partition(". ")[0].rstrip(".")


def _osvdb(number: str, link: str) -> tuple[str, ...]:
    return (link or f"OSVDB-{number}",) if number not in {"", "0"} else ()


def _recognizes(head: Head) -> bool:
    if head.root is not None:
        return head.root.name in {"niktoscan", "niktoscans"}
    fields = ("host", "ip", "port", "banner", "vulnerabilities")
    return any(head.json.has(*(f"{prefix}{field}" for field in fields)) for prefix in ("", "[]."))


FORMAT = Format(name="nikto", title="Nikto XML and JSON", endings=("xml", "json"), recognizes=_recognizes, read=_read)
