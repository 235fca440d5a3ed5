"""Watches over each of the transports that the edge has, in one form."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import grpc.aio
import h11
from google.protobuf import json_format
from grpc_status import rpc_status
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from gateway.bridge import problems
from gateway.bridge.routes import Routes
from services.mesh import tasks
from tests.e2e.members import Json, Member

TRANSPORTS = ("grpc", "rest", "websocket")
_SECONDS = 120
_ROUTES = Routes.of_contracts()


@dataclass(frozen=True)
class Told:
    """An event: its type, what it says without defaults, and when it arrived (monotonic seconds)."""

    type: str
    event_id: str
    content: Json
    at: float


@dataclass
class Watch:
    """A watch that runs.

    Attributes:
        told: Its events until now.
        resume_token: To go on where it is now.
        caught_up_at: How many events it had told when it had caught up for the first time.
        caught_up_token: To go on from there.
    """

    told: list[Told] = field(default_factory=list)
    resume_token: str = ""
    caught_up_at: int = 0
    caught_up_token: str = ""
    _end: Json | None = None
    _over: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def of(self, kind: str) -> list[Told]:
        """The events of a type."""
        return [one for one in self.told if one.type == kind]

    async def until(self, condition: Callable[[Told], bool]) -> None:
        """Wait until an event fulfils a condition; TimeoutError if none does in time."""
        await self._wait(lambda: any(map(condition, self.told)))

    async def count(self, kind: str, number: int) -> None:
        """Wait until there are as many events of a type."""
        await self._wait(lambda: len(self.of(kind)) == number)

    async def end(self) -> Json:
        """The status with which the watch ends, when it has ended."""
        await self._wait(lambda: self._end is not None)
        return self._end or {}

    async def begun(self) -> None:
        """Wait until the watch has caught up, or has ended."""
        await self._wait(lambda: bool(self.caught_up_token) or self._end is not None)

    def take(self, record: Json) -> None:
        """Note a record as proto3's JSON has it."""
        if "end" in record:
            self._end = record["end"]
        if "event" in record:
            event = _spare(record["event"])
            metadata = event["metadata"]
            self.told.append(Told(metadata["type"], metadata["eventId"], event, time.monotonic()))
        self.resume_token = record.get("resumeToken") or self.resume_token
        if "checkpoint" in record and not self.caught_up_token:
            self.caught_up_at, self.caught_up_token = len(self.told), self.resume_token
        self._news.set()

    def over(self) -> None:
        """Note that nothing more comes, whether the watch has said so or not."""
        self._over = True
        self._news.set()

    async def _wait(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(_SECONDS):
            while not condition():
                assert not self._over, "the watch was cut off"
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def watching(
    member: Member, path: str, transport: str, resume_token: str = "", *, expect_refusal: bool = False
) -> AsyncIterator[Watch]:
    """A watch of what is at a path after `/v1/`, caught up; it ends with the block."""
    watch = Watch()
    running = asyncio.create_task(_run(watch, member, path, transport, resume_token))
    try:
        await watch.begun()
        assert (watch._end is not None) == expect_refusal, watch._end
        yield watch
    finally:
        await tasks.end(running)


async def _run(watch: Watch, member: Member, path: str, transport: str, resume_token: str) -> None:
    records = {"grpc": _over_grpc, "rest": _over_rest, "websocket": _over_websocket}[transport]
    try:
        async with aclosing(records(member, path, resume_token)) as told:
            async for record in told:
                watch.take(record)
    finally:
        watch.over()


async def _over_grpc(member: Member, path: str, resume_token: str) -> AsyncGenerator[Json, None]:
    found = _ROUTES.find(f"/v1/{path}")
    assert found is not None
    route, fields = found
    method: Any = member.platform.channel.unary_stream(
        route.grpc_path, route.request_class.SerializeToString, route.response_class.FromString
    )
    call = method(route.request_class(**fields, resume_token=resume_token), metadata=member.metadata)
    try:
        async for response in call:
            yield json_format.MessageToDict(response)
    except grpc.aio.AioRpcError as error:
        status = rpc_status.from_call(error)
        if status is None:
            raise
        yield {"end": problems.to_dict(status)}
    finally:
        call.cancel()


async def _over_rest(member: Member, path: str, resume_token: str) -> AsyncGenerator[Json, None]:
    host, _, port = member.platform.address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    query = f"?{urlencode({'resumeToken': resume_token})}" if resume_token else ""
    headers = [("host", member.platform.address), ("authorization", f"Bearer {member.token}")]
    connection, waiting, refused = h11.Connection(h11.CLIENT), b"", False
    head = connection.send(h11.Request(method="GET", target=f"/v1/{path}{query}", headers=headers))
    writer.write((head or b"") + (connection.send(h11.EndOfMessage()) or b""))
    try:
        while not isinstance(event := await _next(connection, reader), h11.EndOfMessage):
            if isinstance(event, h11.Response):
                refused = event.status_code != 200
            elif isinstance(event, h11.Data):
                waiting += bytes(event.data)
                *whole, waiting = waiting.split(b"\n\n") if not refused else (waiting,)
                for record in whole:
                    yield json.loads(record.removeprefix(b"data: "))
        if refused:
            yield {"end": json.loads(waiting)}
    finally:
        writer.close()


async def _next(connection: h11.Connection, reader: asyncio.StreamReader) -> object:
    while (event := connection.next_event()) is h11.NEED_DATA:
        connection.receive_data(await reader.read(65536))
    return event


async def _over_websocket(member: Member, path: str, resume_token: str) -> AsyncGenerator[Json, None]:
    protocols = [Subprotocol("xorb.v1")]
    url = f"ws://{member.platform.address}/v1/{path}"
    async with connect(url, subprotocols=protocols, proxy=None) as socket:
        first = {"authorization": f"Bearer {member.token}"}
        await socket.send(json.dumps({**first, "resumeToken": resume_token} if resume_token else first))
        with suppress(ConnectionClosed):
            async for frame in socket:
                yield json.loads(frame)


def _spare(content: Any) -> Any:
    """JSON without what is empty: REST prints defaults, the others leave them out."""
    if isinstance(content, dict):
        spared = {name: _spare(value) for name, value in content.items()}
        return {name: value for name, value in spared.items() if value not in ("", 0, False, [], {}, None)}
    return [_spare(value) for value in content] if isinstance(content, list) else content
