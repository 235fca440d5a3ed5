"""What is wrong with certificates and suites, judged from facts."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from services.executors.domain import Address
from services.executors.engines.tls.checks import CHECKS
from services.executors.engines.tls.facts import Chain, Facts, Suite
from services.executors.engines.tls.judgement import names_host, verdicts

NOW = datetime(2026, 6, 1, tzinfo=UTC)
WEAK = rsa.generate_private_key(65537, 1024)  # noqa: S505  weak on purpose
STRONG = ec.generate_private_key(ec.SECP256R1())
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def certificate(
    names: tuple[str, ...] = ("app.example",),
    addresses: tuple[str, ...] = (),
    key: Key = STRONG,
    days: tuple[int, int] = (-1, 90),
    issuer: str = "authority",
    subject: str = "subject",
) -> x509.Certificate:
    """A certificate as `issuer` might have given it, valid from and to so many days from now."""
    alternatives = [
        *(x509.DNSName(name) for name in names),
        *(x509.IPAddress(ip_address(text)) for text in addresses),
    ]
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
    )
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return builder.sign(STRONG, hashes.SHA256())


def judged(
    one: x509.Certificate | None = None,
    suites: dict[str, tuple[Suite, ...]] | None = None,
    attacks: tuple[str, ...] = (),
    host: Address | str = "app.example",
    trusted: bool = True,
) -> set[str]:
    """The checks that a server with these facts fails."""
    chains = (Chain((certificate() if one is None else one,), trusted),)
    found = {check for check, _ in verdicts(Facts(suites or {}, chains, attacks, ()), host, NOW)}
    assert found <= set(CHECKS)
    return found


def test_a_good_server_has_nothing_wrong() -> None:
    modern: dict[str, tuple[Suite, ...]] = {
        "tls1-2": (Suite("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", False),),
        "tls1-3": (Suite("TLS_AES_128_GCM_SHA256", False),),
    }
    assert judged(suites=modern) == set()


@pytest.mark.parametrize(
    ("one", "trusted", "expected"),
    [
        (certificate(days=(-90, -1)), False, {"certificate-expired"}),
        (certificate(days=(1, 90)), True, {"certificate-expired"}),
        (certificate(days=(-80, 10)), True, {"certificate-expires-soon"}),
        (certificate(issuer="subject"), False, {"certificate-self-signed"}),
        (certificate(), False, {"certificate-untrusted"}),
        (certificate(names=("other.example",)), True, {"certificate-name"}),
        (certificate(names=()), True, {"certificate-name"}),
        (certificate(key=WEAK), True, {"certificate-weak-key"}),
        (certificate(key=ec.generate_private_key(ec.SECP192R1())), True, {"certificate-weak-key"}),
    ],
    ids=["expired", "not-yet", "soon", "self-signed", "untrusted", "name", "no-name", "rsa-1024", "p-192"],
)
def test_a_certificate_has_one_thing_wrong(one: x509.Certificate, trusted: bool, expected: set[str]) -> None:
    assert judged(one, trusted=trusted) == expected


@pytest.mark.parametrize(
    ("names", "host", "expected"),
    [
        (("app.example",), "app.example", True),
        (("APP.example",), "app.example", True),
        (("*.example.com",), "a.example.com", True),
        (("*.example.com",), "a.b.example.com", False),
        (("*.example.com",), "example.com", False),
        (("*",), "example", False),
        (("a*.example.com",), "ab.example.com", False),
        (("192.0.2.1",), ip_address("192.0.2.1"), False),
    ],
)
def test_names(names: tuple[str, ...], host: Address | str, expected: bool) -> None:
    assert names_host(certificate(names), host) is expected


def test_addresses_are_named_as_addresses() -> None:
    one = certificate((), ("192.0.2.1", "2001:db8::1"))
    assert names_host(one, ip_address("2001:db8::1"))
    assert not names_host(one, ip_address("192.0.2.2"))


@pytest.mark.parametrize(
    ("protocol", "name", "anonymous", "expected"),
    [
        ("ssl2", "SSL_CK_RC4_128_WITH_MD5", False, {"protocol-ssl2", "suites-rc4", "no-forward-secrecy"}),
        ("ssl3", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", False, {"protocol-ssl3"}),
        ("tls1-0", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", False, {"protocol-tls1-0"}),
        ("tls1-1", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", False, {"protocol-tls1-1"}),
        ("tls1-2", "TLS_RSA_WITH_AES_128_GCM_SHA256", False, {"no-forward-secrecy"}),
        ("tls1-2", "TLS_ECDHE_RSA_WITH_NULL_SHA", False, {"suites-null"}),
        ("tls1-2", "TLS_ECDH_anon_WITH_AES_128_CBC_SHA", True, {"suites-anonymous"}),
        ("tls1-2", "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA", False, {"suites-export", "suites-small-block"}),
        ("tls1-2", "TLS_ECDHE_RSA_WITH_RC4_128_SHA", False, {"suites-rc4"}),
        ("tls1-2", "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", False, {"suites-small-block"}),
    ],
)
def test_a_suite_has_its_weaknesses(protocol: str, name: str, anonymous: bool, expected: set[str]) -> None:
    assert judged(suites={protocol: (Suite(name, anonymous),)}) == expected


def test_downgrades_matter_where_there_is_something_to_go_down_to() -> None:
    new = (Suite("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", False),)
    assert judged(suites={"tls1-2": new}, attacks=("no-fallback-scsv", "heartbleed")) == {"heartbleed"}
    assert judged(suites={"tls1-0": new}, attacks=("no-fallback-scsv",)) == {"no-fallback-scsv", "protocol-tls1-0"}
