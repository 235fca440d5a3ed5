"""A small HTTP server that receives notifications, and fails as it is told to."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Received:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body's content."""
        return json.loads(self.body)

    @property
    def key(self) -> str:
        """The idempotency key."""
        return self.headers["webhook-id"]


@dataclass(frozen=True)
class Reply:
    """What is answered; status 0 closes the connection without a word."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"


Answering = Callable[[Received], Reply]


@dataclass
class Receiver:
    """What was received, and how it was answered."""

    answer: Answering
    port: int = 0
    received: list[Received] = field(default_factory=list)
    taken: list[Received] = field(default_factory=list)
    slow: float = 0.0
    _serving: set[asyncio.Task[Any]] = field(default_factory=set)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one request."""
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            got = Received(method, path, headers, body)
            self.received.append(got)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), self.slow)
            reply = self.answer(got)
            if reply.status:
                lines = {"content-length": str(len(reply.body)), "connection": "close", **reply.headers}
                text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
                writer.write(f"HTTP/1.1 {reply.status} x\r\n{text}\r\n".encode() + reply.body)
                await writer.drain()
            if 200 <= reply.status < 300:
                self.taken.append(got)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self._serving.discard(task)

    async def stop(self) -> None:
        """Lets go of who still waits."""
        self._stopped.set()
        if self._serving:
            await asyncio.wait(self._serving, timeout=5)


@asynccontextmanager
async def receiving(answer: Answering = lambda _: Reply(), port: int = 0) -> AsyncIterator[Receiver]:
    """Gives a receiver on loopback."""
    receiver = Receiver(answer)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", port)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver
        await receiver.stop()
