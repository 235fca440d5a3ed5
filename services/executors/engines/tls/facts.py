"""What sslyze measured, reduced to plain facts that the judgements need."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.x509 import Certificate
from sslyze.plugins.certificate_info._cert_chain_analyzer import CertificateDeploymentAnalysisResult
from sslyze.plugins.openssl_cipher_suites.implementation import CipherSuitesScanResult
from sslyze.plugins.robot._robot_tester import RobotScanResultEnum
from sslyze.scanner.models import AllScanCommandsAttempts
from sslyze.scanner.scan_command_attempt import ScanCommandAttempt

PROTOCOLS = ("ssl2", "ssl3", "tls1-0", "tls1-1", "tls1-2", "tls1-3")
"""From the oldest to the newest."""

_ORACLES = (RobotScanResultEnum.VULNERABLE_STRONG_ORACLE, RobotScanResultEnum.VULNERABLE_WEAK_ORACLE)


@dataclass(frozen=True)
class Suite:
    """A cipher suite the server accepted: its IANA name, and whether it leaves the server unauthenticated."""

    name: str
    anonymous: bool


@dataclass(frozen=True)
class Chain:
    """A certificate chain as received, the leaf first, and whether a browser's authorities vouch for it."""

    certificates: tuple[Certificate, ...]
    trusted: bool


@dataclass(frozen=True)
class Facts:
    """A TLS server: suites by protocol, chains, the attacks it is open to; what was not measured is left out."""

    suites: dict[str, tuple[Suite, ...]]
    chains: tuple[Chain, ...]
    attacks: tuple[str, ...]
    unmeasured: tuple[str, ...]


def facts_of(result: AllScanCommandsAttempts) -> Facts:
    """Return the facts of one server."""
    attempts = (
        result.ssl_2_0_cipher_suites,
        result.ssl_3_0_cipher_suites,
        result.tls_1_0_cipher_suites,
        result.tls_1_1_cipher_suites,
        result.tls_1_2_cipher_suites,
        result.tls_1_3_cipher_suites,
    )
    suites = {
        protocol: _suites(attempt.result)
        for protocol, attempt in zip(PROTOCOLS, attempts, strict=True)
        if attempt.result is not None
    }
    info = result.certificate_info.result
    chains = tuple(_chain(deployment) for deployment in info.certificate_deployments) if info else ()
    return Facts(suites, chains, tuple(_attacks(result)), tuple(_unmeasured(vars(result).items())))


def _suites(result: CipherSuitesScanResult) -> tuple[Suite, ...]:
    return tuple(
        Suite(accepted.cipher_suite.name, accepted.cipher_suite.is_anonymous)
        for accepted in result.accepted_cipher_suites
    )


def _chain(deployment: CertificateDeploymentAnalysisResult) -> Chain:
    return Chain(
        tuple(deployment.received_certificate_chain),
        any(path.was_validation_successful for path in deployment.path_validation_results),
    )


def _attacks(result: AllScanCommandsAttempts) -> Iterator[str]:
    """Name the checks of the attacks that were shown to work."""
    heartbleed, injection = result.heartbleed.result, result.openssl_ccs_injection.result
    robot, compression = result.robot.result, result.tls_compression.result
    renegotiation, fallback = result.session_renegotiation.result, result.tls_fallback_scsv.result
    if heartbleed and heartbleed.is_vulnerable_to_heartbleed:
        yield "heartbleed"
    if injection and injection.is_vulnerable_to_ccs_injection:
        yield "ccs-injection"
    if robot and robot.robot_result in _ORACLES:
        yield "robot"
    if compression and compression.supports_compression:
        yield "compression"
    if renegotiation and not renegotiation.supports_secure_renegotiation:
        yield "insecure-renegotiation"
    if renegotiation and renegotiation.is_vulnerable_to_client_renegotiation_dos:
        yield "client-renegotiation"
    if fallback and not fallback.supports_fallback_scsv:
        yield "no-fallback-scsv"


def _unmeasured(attempts: Iterable[tuple[str, ScanCommandAttempt[object]]]) -> Iterator[str]:
    return (name for name, attempt in attempts if attempt.error_reason is not None)
