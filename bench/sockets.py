"""Many WebSockets in one process, as light as they can be (RFC 6455): frames are parsed after the measurement."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from bench import child
from bench.child import Arrivals

_AT_ONCE = 50
_HEADERS_END = b"\r\n\r\n"
# The bridge's pings have four bytes, which come back in the answer; no text in JSON has these two.
_PING, _PONG, _ASKED = b"\x89\x04", b"\x8a\x84\0\0\0\0", 4
_TITLE = re.compile(rb'"title": ?"([^"]*)"')


class Socket(asyncio.Protocol):
    """One WebSocket: keeps what arrives, and when."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._pieces: list[tuple[int, bytes]] = []
        self._transport: asyncio.BaseTransport | None = None
        self._cut = b""
        self.lost = False
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks for the upgrade."""
        self._transport = transport
        transport.write(self._request)  # type: ignore[attr-defined]  # a stream's transport has it

    def data_received(self, data: bytes) -> None:
        """Keeps the piece; the first frame of a watch says that it has begun."""
        self._pieces.append((time.monotonic_ns(), data))
        self._answer(data)
        if not self.open.done():
            self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """Remembers it; a socket that was never open fails."""
        self.lost = True
        if not self.open.done():
            self.open.set_exception(ConnectionError("closed before it was open"))

    def frames(self) -> Iterator[tuple[int, bytes]]:
        """Yields each frame's content and the arrival of its last byte."""
        waiting = b""
        for arrived, data in self._pieces:
            waiting += data
            while (size := _size(waiting)) and size[1] <= len(waiting):
                yield arrived, waiting[size[0] : size[1]]
                waiting = waiting[size[1] :]

    def _answer(self, data: bytes) -> None:
        data = self._cut + data
        # What a ping asks may itself look like one: forward, so that the first is never taken for a later one.
        while (ping := data.find(_PING) + len(_PING)) >= len(_PING) and len(data) >= ping + _ASKED:
            if self._transport:
                self._transport.write(_PONG + data[ping : ping + _ASKED])  # type: ignore[attr-defined]  # idem
            data = data[ping + _ASKED :]
        # One read may end within a ping, and the next begin there.
        self._cut = data[1 - len(_PING) - _ASKED :]

    def _begin(self) -> None:
        head, end, rest = b"".join(data for _, data in self._pieces).partition(_HEADERS_END)
        if end and not head.startswith(b"HTTP/1.1 101"):
            self.open.set_exception(ConnectionError(head[:200].decode(errors="replace")))
        elif rest:
            self._pieces = [(self._pieces[-1][0], rest)]
            self.open.set_result(None)


def request(port: int, path: str, token: str) -> bytes:
    """Returns the handshake that asks for the path, with the token in the sub-protocol."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        f"Sec-WebSocket-Protocol: xorb.v1, bearer.{token}\r\n\r\n"
    ).encode()


@asynccontextmanager
async def listen(settings: Mapping[str, Any]) -> AsyncIterator[Callable[[], Arrivals]]:
    """Opens `sockets` sockets at `path` of `port`, with the `tokens` in turn, and closes them at the end."""
    tokens, port = settings["tokens"], settings["port"]
    requests = [request(port, settings["path"], tokens[i % len(tokens)]) for i in range(settings["sockets"])]
    opened: list[Socket] = []
    for first in range(0, len(requests), _AT_ONCE):
        opened += await asyncio.gather(*(_open(port, one) for one in requests[first : first + _AT_ONCE]))
    yield lambda: _arrivals(opened)


async def _open(port: int, handshake: bytes) -> Socket:
    _, socket = await asyncio.get_running_loop().create_connection(lambda: Socket(handshake), "127.0.0.1", port)
    async with asyncio.timeout(30):
        await socket.open
    return socket


def _arrivals(sockets: Sequence[Socket]) -> Arrivals:
    seen: Arrivals = {}
    names: dict[bytes, str] = {}
    for socket in sockets:
        for arrived, frame in socket.frames():
            if frame not in names:
                title = _TITLE.search(frame)
                names[frame] = title[1].decode() if title else ""
            seen.setdefault(names[frame], []).append(arrived)
    return seen


def _size(data: bytes) -> tuple[int, int] | None:
    """Returns where the content of the frame at the beginning starts and ends, once that can be known."""
    if len(data) < 10:
        return (2, 2 + data[1]) if len(data) >= 2 and data[1] < 126 else None
    if data[1] == 126:
        return 4, 4 + int.from_bytes(data[2:4], "big")
    if data[1] == 127:
        return 10, 10 + int.from_bytes(data[2:10], "big")
    return 2, 2 + data[1]


if __name__ == "__main__":
    child.run(listen)
