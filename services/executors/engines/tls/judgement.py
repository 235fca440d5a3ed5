"""What is wrong with a TLS server, given the facts; each verdict is a check's name and its evidence."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography.hazmat.primitives.asymmetric.dsa import DSAPublicKey
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import (
    Certificate,
    DNSName,
    ExtensionNotFound,
    GeneralNames,
    IPAddress,
    SubjectAlternativeName,
)

from services.executors.domain import Address
from services.executors.engines.tls.facts import Chain, Facts, Suite

SOON = timedelta(days=14)
"""Less than this before its end, a certificate that renews itself should have been renewed."""

_OLD = ("ssl2", "ssl3", "tls1-0", "tls1-1")
_RSA_BITS = 2048
_CURVE_BITS = 224
_WEAK_HASHES = frozenset({"md5", "sha1"})
_SHOWN = 6

Verdicts = Iterator[tuple[str, str]]


def verdicts(facts: Facts, host: Address | str, now: datetime) -> Verdicts:
    """Return everything wrong with the server that answers for `host` at `now` (aware)."""
    yield from _protocols(facts)
    yield from _suites(facts)
    for chain in facts.chains:
        yield from _certificate(chain, host, now)
    for attack in facts.attacks:
        if attack != "no-fallback-scsv" or any(facts.suites.get(protocol) for protocol in _OLD):
            yield attack, "shown by a harmless probe of sslyze"


def _protocols(facts: Facts) -> Verdicts:
    for protocol in _OLD:
        accepted = facts.suites.get(protocol, ())
        if accepted:
            yield f"protocol-{protocol}", f"accepted with {_names(accepted)}"


def _suites(facts: Facts) -> Verdicts:
    accepted = tuple(dict.fromkeys(suite for suites in facts.suites.values() for suite in suites))
    families = {
        "suites-null": [suite for suite in accepted if "_NULL_" in suite.name],
        "suites-anonymous": [suite for suite in accepted if suite.anonymous],
        "suites-export": [suite for suite in accepted if "EXPORT" in suite.name],
        "suites-rc4": [suite for suite in accepted if "_RC4_" in suite.name],
        "suites-small-block": [suite for suite in accepted if _small_block(suite)],
    }
    for check, members in families.items():
        if members:
            yield check, _names(tuple(members))
    if accepted and not any(_forward_secret(suite) for suite in accepted):
        yield "no-forward-secrecy", _names(accepted)


def _small_block(suite: Suite) -> bool:
    return any(cipher in suite.name for cipher in ("_DES_", "_3DES_", "_IDEA_", "_DES40_"))


def _forward_secret(suite: Suite) -> bool:
    return not suite.name.startswith(("TLS_RSA_", "SSL_", "TLS_ECDH_", "TLS_DH_")) or suite.anonymous


def _names(suites: tuple[Suite, ...]) -> str:
    more = f" and {len(suites) - _SHOWN} more" if len(suites) > _SHOWN else ""
    return ", ".join(suite.name for suite in suites[:_SHOWN]) + more


def _certificate(chain: Chain, host: Address | str, now: datetime) -> Verdicts:
    leaf = chain.certificates[0]
    begin, end = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    current = begin <= now <= end
    if not current:
        yield "certificate-expired", f"valid from {begin:%Y-%m-%d} to {end:%Y-%m-%d}"
    elif end - now < SOON:
        yield "certificate-expires-soon", f"valid to {end:%Y-%m-%d}"
    if leaf.issuer == leaf.subject:
        yield "certificate-self-signed", f"subject and issuer {leaf.subject.rfc4514_string()}"
    elif current and not chain.trusted:
        yield "certificate-untrusted", f"issuer {leaf.issuer.rfc4514_string()}"
    if not names_host(leaf, host):
        yield "certificate-name", f"names {', '.join(_named(leaf)) or 'no host'}, not {host}"
    yield from _strength(chain)


def _strength(chain: Chain) -> Verdicts:
    leaf = chain.certificates[0]
    key = leaf.public_key()
    if isinstance(key, RSAPublicKey | DSAPublicKey) and key.key_size < _RSA_BITS:
        yield "certificate-weak-key", f"{key.key_size} bits"
    if isinstance(key, EllipticCurvePublicKey) and key.key_size < _CURVE_BITS:
        yield "certificate-weak-key", f"{key.curve.name}, {key.key_size} bits"
    for certificate in chain.certificates:
        algorithm = certificate.signature_hash_algorithm
        own = certificate.issuer == certificate.subject
        if algorithm and algorithm.name in _WEAK_HASHES and (certificate is leaf or not own):
            yield "certificate-weak-signature", f"{algorithm.name} on {certificate.subject.rfc4514_string()}"
            return


def names_host(certificate: Certificate, host: Address | str) -> bool:
    """Tell whether a certificate names `host`: RFC 9525 §6, a wildcard stands for one whole leftmost label."""
    names = _alternatives(certificate)
    if not isinstance(host, str):
        return host in names.get_values_for_type(IPAddress)
    parent = host.partition(".")[2]
    patterns = {name.lower() for name in names.get_values_for_type(DNSName)}
    return host in patterns or (bool(parent) and f"*.{parent}" in patterns)


def _named(certificate: Certificate) -> list[str]:
    names = _alternatives(certificate)
    addresses = [str(ip_address(str(value))) for value in names.get_values_for_type(IPAddress)]
    return [*names.get_values_for_type(DNSName), *addresses][:_SHOWN]


def _alternatives(certificate: Certificate) -> GeneralNames | SubjectAlternativeName:
    try:
        return certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    except (ExtensionNotFound, ValueError):
        return GeneralNames([])
