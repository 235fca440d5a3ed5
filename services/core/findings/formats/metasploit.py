"""Metasploit's XML (`db_export -f xml`; github.com/rapid7/metasploit-framework, lib/msf/core/db_export.rb).

Vulnerabilities of hosts, which other tools told Metasploit of or its modules found, and of web sites. It judges no
severities; what it has exploited is verified. Credentials and loot, which the file holds as well, aren't read.
"""

import re
from collections.abc import Iterator
from functools import partial

from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Endpoint, Web
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.tag import Tag
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cves, cwes, instant
from services.core.findings.formats.readers.xml import xml_elements

_TOOL = Tool("Metasploit")
_ROOT = re.compile(r"Metasploit(?:Express|Pro)?V[1-9]")
_TIME = "%Y-%m-%d %H:%M:%S %Z"
_LINKS = {
    "URL": "",
    "EDB": "https://www.exploit-db.com/exploits/",
    "WPVDB": "https://wpscan.com/vulnerability/",
}
"""What stands before the dash of a reference that is an address, or has one."""


def _read(source: Source) -> Iterator[Entry]:
    root = source.head.root.name if source.head.root else "MetasploitV5"
    hosts, sites = f"{root}/hosts/host", f"{root}/web_vulns/web_vuln"
    return each(xml_elements(source, hosts, sites), partial(_record, hosts))


def _record(hosts: str, record: Record) -> Iterator[Reported]:
    return _host(record.tag) if record.path == hosts else _web(record.tag)


def _host(host: Tag) -> Iterator[Reported]:
    address = required(host.own("address") or host.own("name"), "address")
    services = {service.own("id"): service for service in host.items("services/service")}
    for vulnerability in host.items("vulns/vuln"):
        yield _vulnerability(address, services.get(vulnerability.own("service-id"), Tag()), vulnerability)


def _vulnerability(address: str, service: Tag, found: Tag) -> Reported:
    references = found.texts("refs/ref")
    exploited = found.own("exploited-at")
    succeeded = any(attempt.own("exploited") == "true" for attempt in found.items("vuln_attempts/vuln_attempt"))
    attempts = (
        " ".join(filter(None, (one.own("module"), one.own("fail-detail"))))
        for one in found.items("vuln_attempts/vuln_attempt")
    )
    name = required(found.own("name"), "name")
    return Reported(
        tool=_TOOL,
        check=name,
        title=name,
        location=Endpoint(address, _port(service.own("port")), service.own("proto") or "tcp"),
        description=joined(found.own("info"), *found.texts("vuln_details/vuln_detail/description")),
        remediation=joined(*found.texts("vuln_details/vuln_detail/solution")),
        evidence=joined(*found.texts("vuln_details/vuln_detail/proof"), "\n".join(attempts)),
        references=_links(references),
        cves=cves(*references, name),
        cwes=cwes(*references),
        aliases=tuple(one for one in references if one.startswith(("MSB-", "GHSA-"))),
        status=Status.VERIFIED if exploited or succeeded else Status.OPEN,
        status_reason=f"exploited at {exploited}" if exploited else "exploited" if succeeded else "",
        seen_at=instant(found.own("updated-at"), _TIME),
    )


def _web(found: Tag) -> Iterator[Reported]:
    host = found.own("vhost") or required(found.own("host"), "host")
    scheme, port = ("https" if found.own("ssl") == "true" else "http"), _port(found.own("port"))
    authority = f"[{host}]" if ":" in host else host
    url = f"{scheme}://{authority}{f':{port}' if port else ''}/{found.own('path').lstrip('/')}"
    name = required(found.own("name"), "name")
    yield Reported(
        tool=_TOOL,
        check=name,
        title=name,
        location=Web(url, found.own("method"), found.own("pname")),
        description=found.own("description"),
        evidence=joined(found.own("proof"), found.own("request")),
        tool_severity=found.own("risk"),
        cves=cves(name, found.own("description")),
        seen_at=instant(found.own("updated-at"), _TIME),
    )


def _port(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("65535") else 0


def _links(references: tuple[str, ...]) -> tuple[str, ...]:
    parted = (one.partition("-") for one in references)
    return tuple(_LINKS[kind] + rest for kind, _, rest in parted if kind in _LINKS)


def _recognizes(head: Head) -> bool:
    return head.root is not None and _ROOT.fullmatch(head.root.name) is not None


FORMAT = Format(name="metasploit", title="Metasploit XML", endings=("xml",), recognizes=_recognizes, read=_read)
