"""Streams opened as no well-meaning client does: readers that don't read, and readers that leave at once."""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc.aio

from gateway.bridge.routes import Routes
from stack import http, status
from tests.e2e.members import Member
from tests.e2e.platform import Platform

_ROUTES = Routes.of_contracts()
_OPEN = re.compile(r"^(rpc_server_open_streams|websocket_server_open_sockets)\S* ([0-9.e+-]+)", re.MULTILINE)
# A connection may have 100 streams, and is cut off for 250 that are given up within a second.
_STREAMS_OF_CHANNEL = 90
# Of the file that proc(5) names, in KiB: heaps and stacks.
_WRITTEN = re.compile(r"^(?:Pss_Anon|SwapPss):\s+(\d+) kB$", re.MULTILINE)
_SMALL = 16384
# No stream comes there, and what their collectors of garbage do would hide what streams cost.
_ELSEWHERE = {"demo-target", "openbao", "orchestrator", "temporal"}


async def open_streams(platform: Platform) -> int:
    """How many streams and WebSockets the services count as open."""
    total = 0.0
    for role in ("core", "security", "bridge"):
        page = await http.request(http.Address(socket=platform.run / f"{role}.metrics.sock"), "GET", "/metrics")
        total += sum(float(count) for _, count in _OPEN.findall(page.body.decode()))
    return round(total)


def memory(platform: Platform) -> Mapping[str, float]:
    """MiB of memory that each component on the way of a stream has written to, alone or in proportion.

    Programs and libraries are left out: whose share of them is how large depends on who else runs the same ones.
    """
    found = dict[str, float]()
    for one in status.read(platform.run):
        with contextlib.suppress(OSError):
            if one.pid and one.name not in _ELSEWHERE:
                rollup = Path(f"/proc/{one.pid}/smaps_rollup").read_text(encoding="ascii")
                found[one.name] = sum(int(size) for size in _WRITTEN.findall(rollup)) / 1024
    return found


def grown(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """MiB that all components together take more."""
    return sum(after.values()) - sum(before.values())


@dataclass
class Streams:
    """Streams of one path, over each transport in turn, from a member who neither reads nor waits.

    Args:
        member: Who opens them.
        path: What they watch, after `/v1/`.
    """

    member: Member
    path: str
    _sockets: list[socket.socket] = field(default_factory=list)
    _calls: list[Any] = field(default_factory=list)
    _channels: list[grpc.aio.Channel] = field(default_factory=list)

    async def add(self, number: int) -> None:
        """Open one more, the transport chosen by its number."""
        if number % 3 == 0:
            await self._grpc()
        else:
            await self._http(websocket=number % 3 == 1)

    async def drop(self) -> None:
        """Give all of them up at once, without a word."""
        for call in self._calls:
            call.cancel()
        for one in self._sockets:
            one.close()
        await asyncio.gather(*(channel.close() for channel in self._channels))
        self._sockets, self._calls, self._channels = [], [], []

    async def _http(self, *, websocket: bool) -> None:
        host, _, port = self.member.platform.address.rpartition(":")
        plain = socket.socket()
        self._sockets.append(plain)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL)
        plain.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(plain, (host, int(port)))
        upgrade = (
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: xorb.v1\r\n"
        )
        head = (
            f"GET /v1/{self.path} HTTP/1.1\r\nHost: edge\r\nAuthorization: Bearer {self.member.token}\r\n"
            f"{upgrade if websocket else ''}\r\n"
        )
        await loop.sock_sendall(plain, head.encode())

    async def _grpc(self) -> None:
        if len(self._calls) >= _STREAMS_OF_CHANNEL * len(self._channels):
            options = (("grpc.use_local_subchannel_pool", 1),)
            self._channels.append(grpc.aio.insecure_channel(self.member.platform.address, options=options))
        found = _ROUTES.find(f"/v1/{self.path}")
        assert found is not None
        route, fields = found
        method: Any = self._channels[-1].unary_stream(route.grpc_path, route.request_class.SerializeToString, None)
        self._calls.append(method(route.request_class(**fields), metadata=self.member.metadata))


@contextlib.asynccontextmanager
async def opened(member: Member, path: str, count: int) -> AsyncIterator[Streams]:
    """As many streams, which nobody reads, until the block ends."""
    streams = Streams(member, path)
    try:
        for number in range(count):
            await streams.add(number)
        yield streams
    finally:
        await streams.drop()
