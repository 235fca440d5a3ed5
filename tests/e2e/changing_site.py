"""A web site whose headers a test changes, as somebody would who mends it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_BODY = b"<!doctype html><title>Shop</title>"


@dataclass
class ChangingSite:
    """Where it is, which headers it sends besides, and how long it takes over each answer, in seconds."""

    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    port: int = 0
    close: Callable[[], None] = lambda: None

    def _answer(self) -> bytes:
        lines = {"Content-Type": "text/html", "Content-Length": str(len(_BODY)), "Connection": "close", **self.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + _BODY

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one request, whatever it asks for."""
        try:
            async with asyncio.timeout(60):
                await reader.readuntil(b"\r\n\r\n")
                await asyncio.sleep(self.seconds)
                writer.write(self._answer())
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def changing_site(**headers: str) -> AsyncIterator[ChangingSite]:
    """A site on loopback."""
    site = ChangingSite(dict(headers))
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0)
    try:
        site.close = server.close
        site.port = int(server.sockets[0].getsockname()[1])
        yield site
    finally:
        server.close()
