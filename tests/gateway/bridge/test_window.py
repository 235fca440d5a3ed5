"""What is on its way to a reader is bounded by what the reader has answered for."""

import asyncio
import base64
import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from websockets.frames import Frame, Opcode

from tests.gateway.bridge.site import QUICK, TOKEN, WATCH, Site, open_site, receive, until

WINDOW = 32 * 1024
TEXT = "x" * 5_000
LIMITS = replace(QUICK, window_bytes=WINDOW, backlog_bytes=4 * 2**20, stall_seconds=30)


@dataclass
class Bare:
    """A client that reads whatever comes, and answers a ping only when it is told to."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    texts: int = 0
    taken: int = 0
    ping: bytes | None = None

    async def read_on(self) -> None:
        while True:
            head = await self.reader.readexactly(2)
            length = head[1] & 0x7F
            if length >= 126:
                length = int.from_bytes(await self.reader.readexactly(2 if length == 126 else 8), "big")
            content = await self.reader.readexactly(length)
            if head[0] & 0x0F == Opcode.PING:
                self.ping = content
            else:
                self.texts, self.taken = self.texts + 1, self.taken + length

    async def answer(self) -> None:
        await until(lambda: self.ping is not None)
        answer, self.ping = Frame(Opcode.PONG, self.ping or b""), None
        self.writer.write(answer.serialize(mask=True))


@contextlib.asynccontextmanager
async def bare(site: Site, query: str) -> AsyncIterator[Bare]:
    reader, writer = await asyncio.open_unix_connection(str(site.socket))
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    writer.write(
        f"GET {WATCH}{query} HTTP/1.1\r\nHost: bridge\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode()
    )
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    client = Bare(reader, writer)
    reading = asyncio.create_task(client.read_on())
    try:
        yield client
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        writer.close()


async def test_no_more_is_on_its_way_than_is_answered_for() -> None:
    async with open_site(LIMITS) as site, site.connect() as quick:
        for query in ("", "?resumeToken=0"):
            site.service.log.clear()
            async with bare(site, query) as client:
                await until(lambda: client.texts == 1)
                if not query:
                    await receive(quick)
                await site.service.publish(*([TEXT] * 100))
                if not query:
                    # Who answers has everything by now, whatever the other one does.
                    await receive(quick, 100)
                await until(lambda: client.taken >= WINDOW)
                bound = WINDOW + 2 * len(TEXT)
                for answers in range(1, 8):
                    assert client.taken < bound + answers * WINDOW
                    await client.answer()
                    await until(lambda: client.ping is not None)
                while client.texts < 101:
                    if client.ping is not None:
                        await client.answer()
                    await asyncio.sleep(0)
        await quick.close()
        await site.quiet()


async def test_an_end_comes_after_what_waited() -> None:
    async with open_site(LIMITS) as site, bare(site, "") as client:
        await until(lambda: client.texts == 1)
        await site.service.publish(*([TEXT] * 20))
        await until(lambda: client.taken >= WINDOW)
        assert client.texts < 21
        await site.service.end()
        # The checkpoint, all events, the terminal frame and the closing one.
        await until(lambda: client.texts == 1 + 20 + 2)
