"""A small HTTP/1.1 client over TCP or a Unix socket, for what listens on this machine."""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h11

MAXIMUM_BODY = 16 * 1024 * 1024
"""Bytes of a response's body that are accepted."""


@dataclass(frozen=True)
class Address:
    """Where a server listens: a TCP ``port`` on ``host``, or the Unix socket ``socket`` if it is set."""

    host: str = "127.0.0.1"
    port: int = 0
    socket: Path | None = None


@dataclass(frozen=True)
class Response:
    """A response: status code, headers by their lower-case names (the last of each), and whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body, which is a JSON object; an empty one counts as one without members."""
        return dict(json.loads(self.body)) if self.body else {}


async def request(
    address: Address,
    method: str,
    path: str,
    *,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = 5.0,
) -> Response:
    """Send one request on a connection of its own; a ``body`` that is not bytes goes as JSON, None as no body.

    Raises:
        OSError: nothing listens there, or the connection broke.
        TimeoutError: no whole response within ``seconds``.
        h11.RemoteProtocolError: what came back is not HTTP.
    """
    async with asyncio.timeout(seconds):
        reader, writer = await _connect(address)
        try:
            return await _exchange(reader, writer, _request(address, method, path, headers, body), _payload(body))
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _connect(address: Address) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if address.socket is not None:
        return await asyncio.open_unix_connection(str(address.socket))
    return await asyncio.open_connection(address.host, address.port)


def _payload(body: object) -> bytes:
    if isinstance(body, bytes):
        return body
    return b"" if body is None else json.dumps(body).encode()


def _request(address: Address, method: str, path: str, headers: Mapping[str, str] | None, body: object) -> h11.Request:
    fields = {"host": f"{address.host}:{address.port}", "connection": "close", **(headers or {})}
    if body is not None:
        fields = {"content-type": "application/json", **fields, "content-length": str(len(_payload(body)))}
    return h11.Request(method=method, target=path, headers=list(fields.items()))


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: h11.Request, payload: bytes
) -> Response:
    connection = h11.Connection(h11.CLIENT)
    writer.write(connection.send(head) or b"")
    if payload:
        writer.write(connection.send(h11.Data(data=payload)) or b"")
    writer.write(connection.send(h11.EndOfMessage()) or b"")
    await writer.drain()
    status, headers, body = 0, dict[str, str](), bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(65536))
        elif isinstance(event, h11.Response):
            status = event.status_code
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in event.headers}
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MAXIMUM_BODY:
                raise h11.RemoteProtocolError(f"a response of more than {MAXIMUM_BODY} bytes")
        elif isinstance(event, h11.EndOfMessage):
            return Response(status, headers, bytes(body))
