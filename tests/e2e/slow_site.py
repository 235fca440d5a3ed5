"""A web site that takes its time over every answer, so that a scan of it can be met half-way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

_BODY = b"<!doctype html><title>Slow</title>"
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(_BODY)


@dataclass
class SlowSite:
    """Where it is, and for how many seconds it waits with every answer: as it is now."""

    seconds: float
    port: int = 0


@asynccontextmanager
async def slow_site(seconds: float) -> AsyncIterator[SlowSite]:
    """A site on loopback that answers each request after this many seconds, until it is told otherwise."""
    site = SlowSite(seconds)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(60):
                await reader.readuntil(b"\r\n\r\n")
                await asyncio.sleep(site.seconds)
                writer.write(_ANSWER + _BODY)
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        site.port = int(server.sockets[0].getsockname()[1])
        yield site
    finally:
        server.close()
