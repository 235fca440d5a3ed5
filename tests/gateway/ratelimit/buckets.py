"""Requests as the edge asks about them, limits of a test's own, and a line to Redis that a test can cut."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from gateway.ratelimit.demands import Demand, demand
from gateway.ratelimit.limits import Limit, Limits
from gateway.ratelimit.protocol import Descriptor, RateLimitRequest

_SUBJECTS = ("organization", "user", "remote_address")


def limits(**texts: str) -> Limits:
    """The defaults, and others such as ``READ_user="10/second"``."""
    table = dict(Limits().table)
    for name, text in texts.items():
        rate_class, _, subject = name.rpartition("_")
        table[rate_class, subject] = Limit.parse(text)
    return replace(Limits(), table=table)


def request(rate_class: str, *, cost: int = 1, **subjects: str) -> RateLimitRequest:
    """A request of the edge by ``organization``, ``user`` and ``remote_address``."""
    assert set(subjects) <= set(_SUBJECTS)
    descriptors = [Descriptor((("class", rate_class), (key, value)), cost) for key, value in subjects.items()]
    return RateLimitRequest("xorb", tuple(descriptors))


def wanted(some: Limits, rate_class: str, *, cost: int = 1, **subjects: str) -> Demand:
    """What such a request takes."""
    return demand(request(rate_class, cost=cost, **subjects), some)


def somebody() -> str:
    """A name that no other test uses."""
    return str(uuid4())


@dataclass
class Line:
    """A line to Redis: counts what goes over it, and can be held or cut."""

    socket: Path
    upstream: Path
    sent: int = 0
    cut: bool = False
    flowing: asyncio.Event = field(default_factory=asyncio.Event)
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def break_off(self) -> None:
        """No connection is left, nor gets through, until ``mend``."""
        self.cut = True
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        self.cut = False

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.cut:
            writer.transport.abort()
            return
        back, forth = await asyncio.open_unix_connection(self.upstream)
        self._writers += [writer, forth]
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(self._pump(reader, forth, count=True), self._pump(back, writer, count=False))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, count: bool) -> None:
        while content := await reader.read(1 << 20):
            await self.flowing.wait()
            self.sent += count
            writer.write(content)
            await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def line(socket: Path, upstream: Path) -> AsyncIterator[Line]:
    """A line from ``socket`` to the Redis that listens on ``upstream``."""
    one = Line(socket, upstream)
    one.flowing.set()
    server = await asyncio.start_unix_server(one.connected, socket)
    try:
        yield one
    finally:
        one.break_off()
        server.close()
