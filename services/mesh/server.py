"""A gRPC server of the mesh: layers, health, reflection, and a stop that fails no call."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc.aio
import structlog
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from services.mesh import sockets
from services.mesh.interceptors.chain import Chain
from services.mesh.interceptors.layer import Layer
from services.mesh.leaving import Leaving

_LOG = structlog.get_logger(__name__)
_GRACE_SECONDS = 5.0
_OPTIONS = (
    # One process must own a socket: two would share the calls.
    ("grpc.so_reuseport", 0),
    # A stalled reader costs 94 KiB with these, 4 to 6 MiB without.
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.lookahead_bytes", 65535),
    ("grpc.max_receive_message_length", 8 * 1024 * 1024),
    ("grpc.max_concurrent_streams", 20_000),
)

Register = Callable[[grpc.aio.Server], Awaitable[None] | None]


class _Health(health.aio.HealthServicer):  # type: ignore[misc]  # its package has no types
    """Knows who has been told that this doesn't serve any more."""

    def __init__(self, leaving: Leaving) -> None:
        super().__init__()
        self._leaving = leaving

    async def Check(self, request: health_pb2.HealthCheckRequest, context: Any) -> health_pb2.HealthCheckResponse:  # noqa: ANN401, N802 - the contract's name; its context has no common type
        answer: health_pb2.HealthCheckResponse = await super().Check(request, context)
        self._leaving.tell()
        return answer


@dataclass
class Server:
    """A server.

    Args:
        address: Where it listens, such as `unix:…/core.sock`.
        layers: The layers around every call, the outermost first; with none, it serves a contract that isn't ours.
        register: Adds the servicers.
        services: Full names of the services, for reflection and health.
        drain: How long to answer NOT_SERVING before calls are refused, so that callers go elsewhere first; until
            somebody has asked, and no longer than this.
        drained: Called after that; ends streams that would never end by themselves.
    """

    address: str
    layers: tuple[Layer, ...]
    register: Register
    services: Iterable[str]
    drain: timedelta = timedelta(seconds=1.5)
    drained: Callable[[], Awaitable[None]] | None = None
    _leaving: Leaving = field(init=False)
    _health: _Health = field(init=False)
    _server: grpc.aio.Server | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._leaving = Leaving(self.drain)
        self._health = _Health(self._leaving)

    async def start(self) -> None:
        """Begins to serve."""
        if self.address.startswith("unix:"):
            sockets.remove(Path(self.address.removeprefix("unix:")))
        server = grpc.aio.server(interceptors=[Chain(self.layers)] if self.layers else [], options=_OPTIONS)
        if registering := self.register(server):
            await registering
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        reflection.enable_server_reflection([*self.services, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
        with sockets.owner_only():
            server.add_insecure_port(self.address)
        await server.start()
        for name in ("", *self.services):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        self._server = server
        _LOG.info("serving", address=self.address)

    async def stop(self) -> None:
        """Answers NOT_SERVING, waits for callers to notice, lets running calls end, and stops."""
        if self._server is None:
            return
        await self._health.enter_graceful_shutdown()
        await self._leaving.wait()
        if self.drained:
            await self.drained()
        await self._server.stop(_GRACE_SECONDS)
        self._server = None
        _LOG.info("stopped", address=self.address)


async def stop_signal() -> None:
    """Returns when the process is asked to stop, by SIGTERM or SIGINT."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    await asked.wait()
