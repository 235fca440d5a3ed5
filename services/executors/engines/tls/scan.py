"""The TLS assessment: sslyze on every TLS port of a target, connected to the address the guard approved."""

import asyncio
import json
from datetime import UTC, datetime

from cryptography.hazmat.primitives.serialization import Encoding
from sslyze.plugins.scan_commands import ScanCommand
from sslyze.scanner.models import ServerScanRequest, ServerScanResult
from sslyze.scanner.scanner import Scanner
from sslyze.server_setting import ServerNetworkConfiguration, ServerNetworkLocation

from services.executors.domain import Address, Kind, Task
from services.executors.engine import Reporter
from services.executors.engines.tls.checks import CHECKS
from services.executors.engines.tls.facts import Facts, facts_of
from services.executors.engines.tls.judgement import verdicts
from services.executors.targets import Endpoint, endpoints, guard_for, host_of

_COMMANDS = frozenset(
    {
        ScanCommand.CERTIFICATE_INFO,
        ScanCommand.SSL_2_0_CIPHER_SUITES,
        ScanCommand.SSL_3_0_CIPHER_SUITES,
        ScanCommand.TLS_1_0_CIPHER_SUITES,
        ScanCommand.TLS_1_1_CIPHER_SUITES,
        ScanCommand.TLS_1_2_CIPHER_SUITES,
        ScanCommand.TLS_1_3_CIPHER_SUITES,
        ScanCommand.TLS_COMPRESSION,
        ScanCommand.TLS_FALLBACK_SCSV,
        ScanCommand.HEARTBLEED,
        ScanCommand.OPENSSL_CCS_INJECTION,
        ScanCommand.ROBOT,
        ScanCommand.SESSION_RENEGOTIATION,
    }
)
_MAX_CONNECTIONS = 4
_SECONDS = 5


async def run(task: Task, reporter: Reporter) -> None:
    """Report what is wrong with each TLS server of a target."""
    guard = guard_for(task)
    places = _places(task)
    for number, place in enumerate(places):
        reporter.progress(number, len(places), f"asking {place.location} what it accepts")
        address = (await guard.addresses(place.host, place.port))[0]
        result = await asyncio.to_thread(_measure, place, address, _connections(task))
        _report(place, result, reporter)
    reporter.progress(len(places), len(places), f"{len(places)} TLS servers looked at")


def _places(task: Task) -> tuple[Endpoint, ...]:
    default = (Endpoint(host_of(task), 443, tls=True),) if task.kind is Kind.HOST else ()
    return tuple(place for place in endpoints(task, frozenset(), default) if place.tls)


def _connections(task: Task) -> int:
    """A handshake takes about a tenth of a second: so many at once keep roughly to the agreed pace."""
    return max(1, min(_MAX_CONNECTIONS, int(task.limits.requests_per_second / 10)))


def _measure(place: Endpoint, address: Address, connections: int) -> ServerScanResult:
    """Run sslyze on the approved literal; the host is only what the handshake names."""
    location = ServerNetworkLocation(hostname=str(place.host), port=place.port, ip_address=str(address))
    configuration = ServerNetworkConfiguration(
        tls_server_name_indication=str(place.host), network_timeout=_SECONDS, network_max_retries=1
    )
    scanner = Scanner(per_server_concurrent_connections_limit=connections, concurrent_server_scans_limit=1)
    scanner.queue_scans([ServerScanRequest(location, configuration, set(_COMMANDS))])
    return next(iter(list(scanner.get_results())))


def _report(place: Endpoint, result: ServerScanResult, reporter: Reporter) -> None:
    if result.scan_result is None:
        reporter.raw(_line(place, {"error": "no TLS server answered"}), "application/jsonl")
        return
    reporter.answered()
    facts = facts_of(result.scan_result)
    reporter.raw(_line(place, _summary(facts)), "application/jsonl")
    for check, evidence in verdicts(facts, place.host, datetime.now(UTC)):
        reporter.observe(CHECKS[check].at(place.location, str(place.host), evidence))


def _summary(facts: Facts) -> dict[str, object]:
    return {
        "suites": {name: [suite.name for suite in suites] for name, suites in facts.suites.items()},
        "chains": [
            [certificate.public_bytes(Encoding.PEM).decode("ascii") for certificate in chain.certificates]
            for chain in facts.chains
        ],
        "attacks": list(facts.attacks),
        "unmeasured": list(facts.unmeasured),
    }


def _line(place: Endpoint, facts: dict[str, object]) -> bytes:
    return json.dumps({"location": place.location, **facts}).encode() + b"\n"
