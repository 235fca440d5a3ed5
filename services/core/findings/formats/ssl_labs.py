"""SSL Labs' assessments (github.com/ssllabs/ssllabs-scan, ssllabs-api-docs-v3.md), of its API or of ssllabs-scan.

An endpoint is a finding for each attack that it is open to, each outdated protocol, and each flaw of its certificates;
and for its grade where that is worse than A-, with the grade as the tool's severity. The severities are ours.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Endpoint
from services.core.findings.formats.kernel.model import Entry, Reported, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.words import instant
from services.core.findings.formats.readers.json import json_values


@dataclass(frozen=True, slots=True)
class _Test:
    """A field of an endpoint's details, and its values that are bad."""

    field: str
    title: str
    severity: Severity
    bad: Callable[[str], bool]
    cve: str = ""


def _true(value: str) -> bool:
    return value == "true"


def _one_of(*values: str) -> Callable[[str], bool]:
    return frozenset(values).__contains__


def _bit(bit: int) -> Callable[[str], bool]:
    return lambda value: value.isascii() and value.isdigit() and bool(int(value[:9]) & bit)


_TESTS = (
    _Test("heartbleed", "Heartbleed", Severity.HIGH, _true, "CVE-2014-0160"),
    _Test("drownVulnerable", "DROWN", Severity.MEDIUM, _true, "CVE-2016-0800"),
    _Test("openSslCcs", "Injection of ChangeCipherSpec", Severity.HIGH, _one_of("3"), "CVE-2014-0224"),
    _Test("openSSLLuckyMinus20", "Padding oracle LuckyMinus20", Severity.MEDIUM, _one_of("2"), "CVE-2016-2107"),
    _Test("ticketbleed", "Ticketbleed", Severity.HIGH, _one_of("2"), "CVE-2016-9244"),
    _Test("bleichenbacher", "ROBOT", Severity.MEDIUM, _one_of("2", "3"), "CVE-2017-13099"),
    _Test("zombiePoodle", "Zombie POODLE", Severity.MEDIUM, _one_of("2", "3")),
    _Test("goldenDoodle", "GOLDENDOODLE", Severity.MEDIUM, _one_of("4", "5")),
    _Test("zeroLengthPaddingOracle", "0-length padding oracle", Severity.MEDIUM, _one_of("6", "7"), "CVE-2019-1559"),
    _Test("sleepingPoodle", "Sleeping POODLE", Severity.MEDIUM, _one_of("10", "11")),
    _Test("poodle", "POODLE", Severity.LOW, _true, "CVE-2014-3566"),
    _Test("poodleTls", "POODLE against TLS", Severity.MEDIUM, _one_of("2"), "CVE-2014-8730"),
    _Test("freak", "FREAK", Severity.MEDIUM, _true, "CVE-2015-0204"),
    _Test("logjam", "Logjam", Severity.LOW, _true, "CVE-2015-4000"),
    _Test("vulnBeast", "BEAST", Severity.LOW, _true, "CVE-2011-3389"),
    _Test("supportsRc4", "RC4 is offered", Severity.MEDIUM, _true, "CVE-2013-2566"),
    _Test("renegSupport", "Insecure renegotiation", Severity.MEDIUM, _bit(1), "CVE-2009-3555"),
    _Test("compressionMethods", "Compression, open to CRIME", Severity.LOW, _bit(1), "CVE-2012-4929"),
    _Test("dhUsesKnownPrimes", "Weak, well-known primes of Diffie-Hellman", Severity.MEDIUM, _one_of("2")),
)
_PROTOCOLS = {
    "512": Severity.HIGH,  # SSL 2
    "768": Severity.MEDIUM,  # SSL 3, RFC 7568
    "769": Severity.LOW,  # TLS 1.0 and 1.1, RFC 8996
    "770": Severity.LOW,
}
_GRADES = {
    "B": Severity.LOW,
    "C": Severity.MEDIUM,
    "D": Severity.MEDIUM,
    "E": Severity.MEDIUM,
    "F": Severity.HIGH,
    "M": Severity.HIGH,
    "T": Severity.HIGH,
}
"""M is a certificate for another name, T one that nobody trusts."""
_ISSUES = (
    (1, "The certificate has no chain of trust", Severity.MEDIUM),
    (2, "The certificate isn't valid yet", Severity.MEDIUM),
    (4, "The certificate has expired", Severity.MEDIUM),
    (8, "The certificate is for another name", Severity.MEDIUM),
    (16, "The certificate was revoked", Severity.HIGH),
    (32, "The certificate has a bad common name", Severity.LOW),
    (64, "The certificate is self-signed", Severity.MEDIUM),
    (128, "The certificate is on the block list", Severity.HIGH),
    (256, "The certificate's signature is insecure", Severity.MEDIUM),
    (512, "The certificate's key is insecure", Severity.MEDIUM),
)
"""The bits of a certificate's `issues`."""


@dataclass(frozen=True, slots=True)
class _Host:
    """An assessed host, and what it shares with its endpoints."""

    node: Node

    def made(self, endpoint: Node, check: str, title: str, rated: Severity, **more: str) -> Reported:
        """Returns a finding at the host, one for each address that it has."""
        name, address = self.node.text("host"), endpoint.text("ipAddress")
        port = self.node.whole("port") or 443
        version = self.node.text("engineVersion")
        return Reported(
            tool=Tool("SSL Labs", version),
            check=check,
            title=title,
            location=Endpoint(required(name or address, "host"), port),
            evidence="\n".join(filter(None, (address, more.get("evidence", "")))),
            references=(f"https://www.ssllabs.com/ssltest/analyze.html?d={name}",),
            severity=rated,
            tool_severity=more.get("grade", ""),
            cves=(more.get("cve", ""),),
            seen_at=instant(self.node.text("testTime")),
            tool_id=f"{address}:{check}",
        )


def _read(source: Source) -> Iterator[Entry]:
    array = source.head.start.lstrip()[:1] == b"["
    return each(json_values(source, "[]" if array else ""), _host)


def _host(record: Record) -> Iterator[Reported]:
    host = _Host(record.node)
    issues = {one.text("id"): one.whole("issues") for one in record.node.items("certs")}
    for endpoint in record.node.items("endpoints"):
        yield from _endpoint(host, endpoint)
        yield from _certificates(host, endpoint, issues)


def _endpoint(host: _Host, endpoint: Node) -> Iterator[Reported]:
    grade, details = endpoint.text("grade"), endpoint.at("details")
    if (rated := _GRADES.get(grade[:1])) is not None:
        yield host.made(endpoint, "grade", f"SSL Labs gives TLS the grade {grade}", rated, grade=grade)
    for test in _TESTS:
        if test.bad(details.text(test.field)):
            evidence = f"{test.field}: {details.text(test.field)}"
            yield host.made(endpoint, test.field, test.title, test.severity, cve=test.cve, evidence=evidence)
    for protocol in details.items("protocols"):
        if (rated := _PROTOCOLS.get(protocol.text("id"))) is not None:
            name = f"{protocol.text('name')} {protocol.text('version')}"
            yield host.made(endpoint, f"protocol-{protocol.text('id')}", f"{name} is offered", rated)


def _certificates(host: _Host, endpoint: Node, issues: Mapping[str, int]) -> Iterator[Reported]:
    """Returns what is wrong with the certificates for the host's name: each chain's first, not those above it."""
    chains = (chain for chain in endpoint.items("details", "certChains") if not chain.flag("noSni"))
    leaves = {leaf for chain in chains for leaf in chain.texts("certIds")[:1]}
    found = [issues.get(leaf, 0) for leaf in leaves]
    for bit, title, rated in _ISSUES:
        if any(number & bit for number in found):
            yield host.made(endpoint, f"certificate-{bit}", title, rated)


def _recognizes(head: Head) -> bool:
    return any(head.json.has(f"{at}engineVersion", f"{at}criteriaVersion", f"{at}endpoints") for at in ("", "[]."))


FORMAT = Format(name="ssl-labs", title="SSL Labs JSON", endings=("json",), recognizes=_recognizes, read=_read)
