"""SSLyze's measurements, of samples and of SSLyze itself."""

import asyncio
import ssl
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Endpoint
from services.core.findings.formats.kernel.model import Tool
from tests.core.findings.formats.files import of_real_files, reported


def test_a_file_of_version_6() -> None:
    found = {one.check: one for one in reported("sslyze/version-6.json")}
    assert list(found) == [
        "tls.protocol-tls1-0",
        "tls.heartbleed",
        "tls.no-fallback-scsv",
        "tls.certificate-name",
        "tls.certificate-untrusted",
    ]
    heartbleed = found["tls.heartbleed"]
    assert heartbleed.tool == Tool("SSLyze", "6.3.1")
    assert (heartbleed.location, heartbleed.severity) == (Endpoint("shop.example", 443), Severity.HIGH)
    assert (heartbleed.cves, heartbleed.seen_at) == (("CVE-2014-0160",), datetime(2026, 3, 1, 10, tzinfo=UTC))


def test_a_file_of_version_4_and_before() -> None:
    (heartbleed,) = reported("sslyze/version-4.json")
    assert (heartbleed.check, heartbleed.location) == ("tls.heartbleed", Endpoint("shop.example", 443))


@of_real_files
@pytest.mark.parametrize(("name", "count"), [("many", 5), ("one", 1), ("zero", 0)])
def test_real_files_are_read(name: str, count: int) -> None:
    """The first has TLS 1.1, RC4, Heartbleed, CCS injection, unsafe renegotiation; the other importer skips RC4."""
    assert len(reported(f"real/sslyze/one_target_{name}_vuln_old.json")) == count


async def test_what_sslyze_itself_writes(tmp_path: Path) -> None:
    certify(tmp_path / "server.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        options = ("--certinfo", "--tlsv1_2", "--heartbleed", "--json_out", str(tmp_path / "out.json"))
        command = (sys.executable, "-m", "sslyze", *options, f"127.0.0.1:{port}")
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
        await asyncio.wait_for(process.wait(), 60)
    found = {one.check: one for one in reported(tmp_path / "out.json")}
    assert set(found) == {"tls.certificate-self-signed", "tls.certificate-name"}
    named = found["tls.certificate-name"]
    assert named.location == Endpoint("127.0.0.1", port)
    assert "shop.example" in named.evidence


def certify(path: Path) -> None:
    """Writes a key and a certificate that it signed itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
