"""Small real servers on loopback: web sites from a table, and every way of answering badly."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_network

from services.executors.domain import Kind, Limits, Scope, Service, Task

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LOOPBACK = Scope(allowed=(ip_network("127.0.0.1/32"),), allow_loopback=True)


def task(executor: str, *ports: int, scope: Scope = LOOPBACK, limits: Limits | None = None) -> Task:
    """A task on 127.0.0.1 whose `ports` are taken to be HTTP where that matters."""
    services = tuple(Service("127.0.0.1", port, name="http") for port in ports)
    return Task(executor, "127.0.0.1", Kind.HOST, scope, ports, limits or Limits(), services=services)


@asynccontextmanager
async def serve(handler: Handler, address: str = "127.0.0.1", port: int = 0) -> AsyncIterator[int]:
    """Serve `handler` on a free port, or on the given one, each connection closed afterwards."""
    running: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        current = asyncio.current_task()
        assert current is not None
        running.add(current)
        with suppress(OSError, EOFError, asyncio.CancelledError):
            await handler(reader, writer)
        running.discard(current)
        writer.transport.abort()

    server = await asyncio.start_server(handle, address, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the connection and never say a word."""
    await asyncio.sleep(600)


async def endless(writer: asyncio.StreamWriter, chunk: bytes, total: int = 100 * 1024 * 1024) -> int:
    """Write `chunk` over and over up to `total` bytes; return how much the other side took."""
    written = 0
    with suppress(OSError):
        while written < total:
            writer.write(chunk)
            await writer.drain()
            written += len(chunk)
    return written


@dataclass
class Site:
    """A web site from a table of path to (status, headers, body); unknown paths get `missing`."""

    pages: Mapping[str, tuple[int, Mapping[str, str], bytes]]
    missing: tuple[int, Mapping[str, str], bytes] = (404, {}, b"not found")
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
        self.asked.append((method, target, headers))
        status, fields, body = self.answer(method, target, headers)
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (b"" if method == "HEAD" else body))
        await writer.drain()

    def answer(self, method: str, target: str, headers: dict[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        """Look the answer up; sites that need more override it."""
        return self.pages.get(target, self.pages.get(target.partition("?")[0], self.missing))
