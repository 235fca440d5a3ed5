"""A real service behind a real bridge, for tests: findings to watch."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.typing import Subprotocol
from xorb.common.v1 import watch_pb2
from xorb.core.v1 import finding_pb2, finding_pb2_grpc

from gateway.bridge.limits import Limits
from gateway.bridge.pages import Pages
from gateway.bridge.routes import Routes
from gateway.bridge.server import Bridge
from gateway.bridge.upstream import Upstream

ORGANIZATION = "organizations/0190b0a0-0000-7000-8000-000000000001"
WATCH = f"/v1/{ORGANIZATION}/findings:watch"
TOKEN = "good.token.x"
Record = finding_pb2.WatchFindingsResponse
QUICK = Limits(token_seconds=0.3, stall_seconds=0.5, close_seconds=0.5, drain_seconds=3)


def rich(code: int, reason: str, message: str) -> grpc.Status:
    """A status as the services send it: with ErrorInfo in its details."""
    detail = AnyMessage()
    detail.Pack(error_details_pb2.ErrorInfo(reason=reason, domain="xorb"))
    status: grpc.Status = rpc_status.to_status(status_pb2.Status(code=code, message=message, details=[detail]))
    return status


@dataclass
class Watches(finding_pb2_grpc.FindingsServiceServicer):
    """Keeps a log of findings; a resume token is the number of records that were seen."""

    log: list[str] = field(default_factory=list)
    open: int = 0
    opened: list[finding_pb2.WatchFindingsRequest] = field(default_factory=list)
    metadata: list[dict[str, str]] = field(default_factory=list)
    wake: asyncio.Condition = field(default_factory=asyncio.Condition)
    ending: grpc.Status | None = None
    ended: bool = False

    async def publish(self, *titles: str) -> None:
        async with self.wake:
            self.log.extend(titles)
            self.wake.notify_all()

    async def end(self, status: grpc.Status | None = None) -> None:
        async with self.wake:
            self.ended, self.ending = True, status
            self.wake.notify_all()

    async def WatchFindings(self, request: Any, context: Any) -> AsyncIterator[Record]:
        metadata = dict(context.invocation_metadata())
        self.opened.append(request)
        self.metadata.append(metadata)
        if metadata.get("authorization") != f"Bearer {TOKEN}":
            await context.abort_with_status(rich(code_pb2.UNAUTHENTICATED, "UNAUTHENTICATED", "Sign in first."))
        self.open += 1
        try:
            position = int(request.resume_token or len(self.log))
            yield Record(checkpoint=watch_pb2.Checkpoint(), resume_token=str(position))
            while not self.ended:
                while position < len(self.log):
                    position += 1
                    event = finding_pb2.FindingEvent(finding=finding_pb2.Finding(title=self.log[position - 1]))
                    yield Record(event=event, resume_token=str(position))
                async with self.wake:
                    await self.wake.wait_for(partial(self._has_more_than, position))
            if self.ending is not None:
                await context.abort_with_status(self.ending)
        finally:
            self.open -= 1

    def _has_more_than(self, position: int) -> bool:
        return self.ended or len(self.log) > position


@dataclass
class Site:
    """A bridge, the service behind it, and the means to connect."""

    bridge: Bridge
    service: Watches
    socket: Path
    server: grpc.aio.Server

    def connect(self, path: str = WATCH, token: str = TOKEN, **options: Any) -> Any:
        protocols = [Subprotocol("xorb.v1"), *([Subprotocol(f"bearer.{token}")] if token else [])]
        options.setdefault("subprotocols", protocols)
        options.setdefault("compression", None)
        return unix_connect(str(self.socket), f"ws://bridge{path}", **options)

    async def quiet(self) -> None:
        """Waits until no socket, no shared stream and no call is open; fails after five seconds."""
        await until(lambda: not (self.bridge.open_sockets or self.bridge.open_calls or len(self.bridge.shared)))
        await until(lambda: not self.service.open)


@asynccontextmanager
async def _folder() -> AsyncIterator[Path]:
    # A socket's path has at most 107 bytes: pytest's own folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="xorb-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@asynccontextmanager
async def open_site(
    limits: Limits = QUICK,
    routes: Routes | None = None,
    register: Callable[[grpc.aio.Server], None] = lambda _server: None,
    pages: Path | None = None,
    watches: Watches | None = None,
) -> AsyncIterator[Site]:
    """Starts service and bridge on Unix sockets of their own, and stops both."""
    async with _folder() as folder:
        server, service = grpc.aio.server(), watches or Watches()
        finding_pb2_grpc.add_FindingsServiceServicer_to_server(service, server)
        register(server)
        address = f"unix:{folder}/core.sock"
        server.add_insecure_port(address)
        await server.start()
        bridge = Bridge(routes or Routes.of_contracts(), Upstream(lambda _role: (address, ())), limits, Pages(pages))
        try:
            async with bridge.listening(folder / "bridge.sock"):
                yield Site(bridge, service, folder / "bridge.sock", server)
        finally:
            await server.stop(None)


async def until(condition: Callable[[], bool]) -> None:
    """Waits until a condition holds; fails after five seconds."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is watched has no event of its own
            await asyncio.sleep(0.01)


async def receive(socket: ClientConnection, count: int = 1) -> list[dict[str, Any]]:
    """Receives frames as objects; fails after five seconds."""
    async with asyncio.timeout(5):
        return [json.loads(await socket.recv()) for _ in range(count)]


async def closing(socket: ClientConnection) -> tuple[int | None, str | None]:
    """Waits until the socket is closed and returns code and reason; fails after ten seconds."""
    async with asyncio.timeout(10):
        await socket.wait_closed()
    return socket.close_code, socket.close_reason
