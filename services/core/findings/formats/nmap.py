"""nmap's XML (nmap.org/book/nmap-dtd.html): open ports, and what the scripts of NSE found wrong with them.

Scripts are read by the structure that the `vulns` library (nmap.org/nsedoc/lib/vulns.html) and `vulners` give their
output; text of other scripts is evidence of the port that they ran on.
"""

from collections.abc import Iterator

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Endpoint
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.tag import Tag
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cves, cvss, instant, links, severity
from services.core.findings.formats.readers.xml import xml_elements
from services.executors.engines.nmap.report import service_of

_VULNERABLE = {"VULNERABLE": "High", "LIKELY VULNERABLE": "Medium", "VULNERABLE (Exploitable)": "High"}
_FIXED = {"NOT VULNERABLE"}


def _read(source: Source) -> Iterator[Entry]:
    return each(xml_elements(source, "nmaprun/host"), _host)


def _host(record: Record) -> Iterator[Reported]:
    tool = Tool("nmap", record.ancestors[0].get("version", ""))
    host, seen = record.tag, record.tag.attribute("endtime") or record.tag.attribute("starttime")
    address = required(_address(host), "address")
    for port in host.items("ports/port"):
        if port.at("state").attribute("state") == "open":
            yield _open_port(tool, address, port, seen)
            yield from _scripts(tool, _endpoint(address, port), port.items("script"), seen)
    yield from _scripts(tool, Endpoint(address), host.items("hostscript/script"), seen)


def _address(host: Tag) -> str:
    found = {tag.attribute("addrtype"): tag.attribute("addr") for tag in reversed(host.items("address"))}
    return found.get("ipv4") or found.get("ipv6") or ""


def _endpoint(address: str, port: Tag) -> Endpoint:
    return Endpoint(address, int(port.attribute("portid")), port.attribute("protocol"))


def _open_port(tool: Tool, address: str, port: Tag, seen: str) -> Reported:
    service = service_of(address, port.element)
    location = _endpoint(address, port)
    what = " ".join(filter(None, (service.name, service.product and f"({service.product})")))
    outputs = (f"{script.attribute('id')}: {script.attribute('output')}" for script in port.items("script"))
    return Reported(
        tool=tool,
        check="open-port",
        title=f"Open port {location.port}/{location.protocol}" + (f": {what}" if what else ""),
        location=location,
        description=service.banner,
        evidence=joined(*outputs),
        severity=Severity.INFO,
        seen_at=instant(seen),
    )


def _scripts(tool: Tool, location: Endpoint, scripts: tuple[Tag, ...], seen: str) -> Iterator[Reported]:
    for script in scripts:
        for table in script.items("table"):
            if script.attribute("id") == "vulners":
                yield from (_vulners(tool, location, row, seen) for row in table.items("table"))
            elif table.at("elem[@key='state']"):
                yield _vulnerability(tool, location, script, table, seen)


def _vulners(tool: Tool, location: Endpoint, row: Tag, seen: str) -> Reported:
    """Returns one advisory of the database vulners.com for the product's version."""
    name, kind = row.text("elem[@key='id']"), row.text("elem[@key='type']")
    scores = cvss("", float(row.text("elem[@key='cvss']") or "nan"), "vulners", "3.1")
    return Reported(
        tool=tool,
        check=required(name, "id"),
        title=f"{name} ({kind})" if kind and kind != "cve" else name,
        location=location,
        references=(f"https://vulners.com/{kind}/{name}",) if kind else (),
        severity=severity("", scores),
        tool_severity=row.text("elem[@key='cvss']"),
        cvss=scores,
        cves=cves(name),
        seen_at=instant(seen),
    )


def _vulnerability(tool: Tool, location: Endpoint, script: Tag, table: Tag, seen: str) -> Reported:
    """Returns what the library `vulns` says: title, state, identifiers, scores, references."""
    state = table.text("elem[@key='state']")
    word = table.text("elem[@key='risk_factor']") or _VULNERABLE.get(state, "")
    identifiers = (*table.texts("table[@key='ids']/elem"), script.attribute("id"))
    return Reported(
        tool=tool,
        check=script.attribute("id"),
        title=table.text("elem[@key='title']"),
        location=location,
        description=joined(*table.texts("table[@key='description']/elem")),
        evidence=script.attribute("output"),
        references=links(*table.texts("table[@key='refs']/elem")),
        severity=severity(word),
        tool_severity=word or state,
        cves=cves(*identifiers),
        status=Status.FIXED if state in _FIXED else Status.OPEN,
        status_reason=state,
        seen_at=instant(seen),
        tool_id=f"{script.attribute('id')}:{table.attribute('key')}" if table.attribute("key") else "",
    )


def _recognizes(head: Head) -> bool:
    return head.tag("nmaprun")


FORMAT = Format(name="nmap", title="nmap XML (-oX)", endings=("xml",), recognizes=_recognizes, read=_read)
