"""Ways into an ingress of the mesh with certificates of one's own choice."""

import asyncio
import ssl
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc.aio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from stack.mesh.authority import VaultAuthority
from stack.mesh.tls import AUTHORITY_FILE, CERTIFICATE_FILE, CURRENT, KEY_FILE
from tests.e2e.platform import Platform

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
"""What an HTTP/2 client says first: RFC 9113, section 3.4, with settings that set nothing."""


def authority(platform: Platform, seconds: int = 3600) -> VaultAuthority:
    """Whoever issues the platform's certificates."""
    token = (platform.home / "secrets" / "vault_token_certificates").read_text(encoding="utf-8")
    return VaultAuthority(platform.environment["XORB_VAULT_ADDRESS"], lambda: token, seconds)


def context(folder: Path | None = None) -> ssl.SSLContext:
    """TLS of a client that has the certificate in a folder, and doesn't look at the other side's."""
    made = ssl.create_default_context()
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    made.set_alpn_protocols(["h2"])
    if folder is not None:
        made.load_cert_chain(folder / CERTIFICATE_FILE, folder / KEY_FILE)
    return made


def of_role(platform: Platform, role: str) -> ssl.SSLContext:
    """TLS of a role as it is on the platform."""
    return context(platform.home / "mesh" / role / CURRENT)


async def lets_in(platform: Platform, role: str, tls: ssl.SSLContext) -> bool:
    """Whether the ingress of a role speaks HTTP/2 with a client; what it refuses, it cuts off."""
    path = str(platform.run / f"{role}.ingress.sock")
    with suppress(ssl.SSLError, ConnectionError, asyncio.IncompleteReadError):
        reader, writer = await asyncio.open_unix_connection(path, ssl=tls, server_hostname="")
        try:
            writer.write(PREFACE)
            await asyncio.wait_for(reader.readexactly(9), 10)
            return True
        finally:
            writer.close()
    return False


@asynccontextmanager
async def channel(platform: Platform, role: str, caller: str) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to the ingress of a role with another role's certificate.

    gRPC insists on a host name in the server's certificate, so TLS is between it and the ingress.
    """
    path, tls = str(platform.run / f"{role}.ingress.sock"), of_role(platform, caller)

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(path, ssl=tls, server_hostname="")
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))

    with tempfile.TemporaryDirectory(prefix="xorb-") as folder:
        async with (
            await asyncio.start_unix_server(join, f"{folder}/s"),
            grpc.aio.insecure_channel(f"unix:{folder}/s") as made,
        ):
            yield made


def self_made(folder: Path, spiffe_id: str) -> Path:
    """A folder with a certificate of an identity that its own authority signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([]), datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(spiffe_id)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(minutes=1)).not_valid_after(now + timedelta(hours=1))
    made = builder.add_extension(names, critical=True).sign(key, hashes.SHA256())
    (folder / CERTIFICATE_FILE).write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / AUTHORITY_FILE).write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / KEY_FILE).write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, ssl.SSLError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
