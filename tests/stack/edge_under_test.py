"""The edge with the probe behind it, and ways to it that no well-meaning client takes."""

import asyncio
import base64
import shutil
import ssl
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import h11
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stack import http
from stack.edge_certificates import authority_path
from stack.settings import StackSettings, load
from tests.stack.probe import Probe, Servicer, compile_probe, contracts, edge, edge_ports, serving

ROLES = ("core", "security", "intelligence")


@dataclass(frozen=True)
class Edge:
    """The edge under test and what is behind it."""

    settings: StackSettings
    probe: Probe
    servicer: Servicer
    key: Ed25519PrivateKey

    @property
    def address(self) -> http.Address:
        """The plain port."""
        return http.Address(port=self.settings.ports["XORB_GATEWAY_PORT"])

    @property
    def tls_port(self) -> int:
        return self.settings.ports["XORB_GATEWAY_TLS_PORT"]

    @property
    def run(self) -> Path:
        return self.settings.run

    async def call(self, method: str, path: str, body: object = None, **headers: str) -> http.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await http.request(self.address, method, path, body=body, headers=named, seconds=20)

    async def send(self, content: bytes, *, tls: ssl.SSLContext | None = None, seconds: float = 15) -> http.Response:
        """The response to these bytes, whatever they are; h11.RemoteProtocolError if there is none."""
        port = self.address.port if tls is None else self.tls_port
        name = None if tls is None else "localhost"
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname=name)
        try:
            async with asyncio.timeout(seconds):
                with suppress(ConnectionError):
                    writer.write(content)
                    await writer.drain()
                return await _response(reader)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def trusting(self, *protocols: str) -> ssl.SSLContext:
        """A TLS client that trusts the edge's authority and nobody else."""
        context = ssl.create_default_context(cafile=str(authority_path(self.settings)))
        if protocols:
            context.set_alpn_protocols(list(protocols))
        return context

    def channel(self) -> grpc.aio.Channel:
        return grpc.aio.insecure_channel(f"127.0.0.1:{self.address.port}")

    def token(self, **changes: Any) -> str:
        now = int(time.time())
        claims = {"iss": "xorb", "aud": "xorb-api", "sub": "someone", "iat": now, "exp": now + 60, **changes}
        return jwt.encode(claims, self.key, algorithm="EdDSA", headers={"kid": "1"})


async def _response(reader: asyncio.StreamReader) -> http.Response:
    connection = h11.Connection(h11.CLIENT)
    # h11 takes no response without a request of its own.
    connection.send(h11.Request(method="GET", target="/", headers=[("host", "edge")]))
    connection.send(h11.EndOfMessage())
    status, headers, body = 0, dict[str, str](), bytearray()
    while not isinstance(event := connection.next_event(), h11.EndOfMessage):
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(65536))
        elif isinstance(event, h11.Response):
            status, headers = event.status_code, {key.decode(): value.decode() for key, value in event.headers}
        elif isinstance(event, h11.Data):
            body += event.data
    return http.Response(status, headers, bytes(body))


@asynccontextmanager
async def running(root: Path | None = None, roles: Sequence[str] = ROLES, **environment: str) -> AsyncIterator[Edge]:
    """An edge with these settings and the probe behind it in these roles, in a home of its own.

    ``root`` is the folder of another ``envoy/`` than the project's.
    """
    home = Path(tempfile.mkdtemp(prefix="xorb-"))
    settings = load({"XORB_HOME": str(home), **edge_ports(), **environment}, root)
    for folder in (settings.run, settings.logs, home / "pages"):
        folder.mkdir()
    (home / "pages" / "openapi.json").write_text('{"openapi": "3.1.0"}')
    (home / "pages" / "reference.html").write_text("<!doctype html><title>Reference</title>")
    probe = await compile_probe(home)
    servicer, key = Servicer(probe), Ed25519PrivateKey.generate()
    x = base64.urlsafe_b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode().rstrip("=")
    servicer.keys = [{"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "1", "alg": "EdDSA"}]
    try:
        async with AsyncExitStack() as stack:
            for role in roles:
                await stack.enter_async_context(serving(servicer, f"unix:{settings.run}/{role}.sock"))
            await stack.enter_async_context(edge(settings, contracts(probe, home / "pages")))
            yield Edge(settings, probe, servicer, key)
    finally:
        shutil.rmtree(home)
