"""SSLyze's JSON (nabla-c0d3.github.io/sslyze/documentation/json-output.html), of version 5 and of those before.

SSLyze measures and doesn't judge: the weaknesses are those that XORB's own TLS checks see in the same measurements.
Where a certificate was taken out of the file, what else was measured is judged.
"""

import importlib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from cryptography.x509 import Certificate, load_pem_x509_certificate

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Endpoint
from services.core.findings.formats.kernel.model import Entry, Reported, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.words import cvss, instant
from services.core.findings.formats.readers.json import json_texts, json_values

_PROTOCOLS = {
    "ssl2": "ssl_2_0_cipher_suites",
    "ssl3": "ssl_3_0_cipher_suites",
    "tls1-0": "tls_1_0_cipher_suites",
    "tls1-1": "tls_1_1_cipher_suites",
    "tls1-2": "tls_1_2_cipher_suites",
    "tls1-3": "tls_1_3_cipher_suites",
}
_MOST_CERTIFICATES = 20


def _read(source: Source) -> Iterator[Entry]:
    texts = json_texts(source, "sslyze_version", "date_scans_completed")
    tool = Tool("SSLyze", texts.get(("sslyze_version", ()), ""))
    seen = instant(texts.get(("date_scans_completed", ()), ""))
    return each(json_values(source, "server_scan_results[]"), partial(_server, tool, seen))


def _server(tool: Tool, seen: datetime | None, record: Record) -> Iterator[Reported]:
    server = record.node
    place = server.at("server_location") or server.at("server_info", "server_location")
    host = required(place.first("hostname", "ip_address"), "server_location.hostname")
    location = Endpoint(host, place.whole("port"))
    # They stand on SSLyze itself, which takes long to load.
    judgement: Any = importlib.import_module("services.executors.engines.tls.judgement")
    checks: Any = importlib.import_module("services.executors.engines.tls.checks")
    verdicts = (*judgement.verdicts(_facts(server), host, seen or datetime.now(UTC)), *_unreadable(server))
    for name, evidence in verdicts:
        check = checks.CHECKS[name]
        yield Reported(
            tool=tool,
            check=check.id,
            title=check.title,
            location=location,
            description=check.description,
            remediation=check.remediation,
            evidence=evidence,
            references=check.references,
            severity=Severity[check.severity.value],
            cvss=cvss(check.cvss_vector),
            cwes=check.cwe,
            cves=check.cve,
            seen_at=seen,
        )


def _facts(server: Node) -> Any:  # noqa: ANN401  its type is loaded with SSLyze
    facts: Any = importlib.import_module("services.executors.engines.tls.facts")
    results = server.at("scan_commands_results") or server.at("scan_result")
    suites = {
        protocol: tuple(
            facts.Suite(one.text("cipher_suite", "name"), one.at("cipher_suite").flag("is_anonymous"))
            for one in _result(results, name).items("accepted_cipher_suites")
        )
        for protocol, name in _PROTOCOLS.items()
    }
    deployments = _result(results, "certificate_info").items("certificate_deployments")
    chains = (_chain(deployment, facts) for deployment in deployments)
    return facts.Facts(suites, tuple(chain for chain in chains if chain), tuple(_attacks(results)), ())


def _unreadable(server: Node) -> Iterator[tuple[str, str]]:
    """Returns SSLyze's own judgement of certificates that aren't in the file."""
    results = server.at("scan_commands_results") or server.at("scan_result")
    for deployment in _result(results, "certificate_info").items("certificate_deployments"):
        if _certificates(deployment):
            continue
        if deployment.text("leaf_certificate_subject_matches_hostname") == "false":
            yield "certificate-name", "as SSLyze says; the certificate isn't in the file"
        if not any(_valid(path) for path in deployment.items("path_validation_results")):
            yield "certificate-untrusted", "as SSLyze says; the certificate isn't in the file"


def _result(results: Node, name: str) -> Node:
    """Returns a command's result; since version 5 it is in an attempt that may have failed."""
    found = results.at(name)
    return found.at("result") if found and "status" in dict(found.entries()) else found


def _attacks(results: Node) -> Iterator[str]:
    renegotiation, fallback = _result(results, "session_renegotiation"), _result(results, "tls_fallback_scsv")
    if _result(results, "heartbleed").flag("is_vulnerable_to_heartbleed"):
        yield "heartbleed"
    if _result(results, "openssl_ccs_injection").flag("is_vulnerable_to_ccs_injection"):
        yield "ccs-injection"
    if _result(results, "robot").text("robot_result").startswith("VULNERABLE"):
        yield "robot"
    if _result(results, "tls_compression").flag("supports_compression"):
        yield "compression"
    if renegotiation and not renegotiation.flag("supports_secure_renegotiation"):
        yield "insecure-renegotiation"
    if renegotiation.flag("is_vulnerable_to_client_renegotiation_dos"):
        yield "client-renegotiation"
    if fallback and not fallback.flag("supports_fallback_scsv"):
        yield "no-fallback-scsv"


def _chain(deployment: Node, facts: Any) -> Any:  # noqa: ANN401  its type is loaded with SSLyze
    certificates = _certificates(deployment)
    trusted = any(_valid(path) for path in deployment.items("path_validation_results"))
    return facts.Chain(certificates, trusted) if certificates else None


def _certificates(deployment: Node) -> tuple[Certificate, ...]:
    """Returns the chain as received; none where it was taken out of the file."""
    pems = [one.text("as_pem") for one in deployment.items("received_certificate_chain")][:_MOST_CERTIFICATES]
    try:
        return tuple(load_pem_x509_certificate(pem.encode()) for pem in pems if pem)
    except ValueError:
        return ()


def _valid(path: Node) -> bool:
    if path.flag("was_validation_successful"):
        return True
    return bool(path.at("verified_certificate_chain")) and not path.first("openssl_error_string", "validation_error")


def _recognizes(head: Head) -> bool:
    return head.json.has("server_scan_results") and (
        head.json.has("server_scan_results[].scan_status")
        or head.json.has("server_scan_results[].scan_commands")
        or head.json.has("sslyze_version")
        or head.json.has("invalid_server_strings")
        or head.json.has("server_connectivity_errors")
    )


FORMAT = Format(name="sslyze", title="SSLyze JSON", endings=("json",), recognizes=_recognizes, read=_read)
