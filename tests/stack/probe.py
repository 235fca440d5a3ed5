"""A real gRPC server behind the real edge, with contracts of its own that are compiled on the spot."""

import asyncio
import importlib.resources
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from google.api import annotations_pb2
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from stack.components.envoy import envoy
from stack.edge import EdgeContracts
from stack.ports import free_ports
from stack.runner import Runner
from stack.settings import StackSettings

SERVICE = "xorb.probe.v1.ProbeService"
INTERNAL = "xorb.probe.v1.InternalService"
SMALL_BODY, LARGE_BODY = 64 * 1024, 4 * 1024 * 1024
_FOLDER = Path(__file__).parent / "edge"


@dataclass(frozen=True)
class Probe:
    """The probe's contracts: descriptors and a class for each message."""

    descriptors: Path
    messages: dict[str, type[Message]]

    def make(self, name: str, /, **fields: Any) -> Message:
        return self.messages[f"xorb.probe.v1.{name}"](**fields)


async def compile_probe(folder: Path) -> Probe:
    """Compile ``edge/probe.proto`` into ``folder``."""
    output = folder / "probe.binpb"
    includes = [_FOLDER, *_protos()]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "grpc_tools.protoc", *(f"-I{path}" for path in includes),
        "--include_imports", f"--descriptor_set_out={output}", "probe.proto", "google/rpc/error_details.proto",
        "google/rpc/status.proto",
    )  # fmt: skip
    assert await process.wait() == 0
    files = descriptor_pb2.FileDescriptorSet.FromString(output.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return Probe(output, message_factory.GetMessageClassesForFiles(["probe.proto"], pool))


def _protos() -> list[str]:
    """Folders of the protos of ``google.api`` and of ``google.protobuf``, out of the installed packages."""
    api = Path(annotations_pb2.__file__).parents[2]
    return [str(api), str(importlib.resources.files("grpc_tools").joinpath("_proto"))]


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()


class Servicer:
    """The handlers, told what to do by the name they are asked for."""

    def __init__(self, probe: Probe) -> None:
        self.probe = probe
        self.keys: list[dict[str, str]] = []
        self.metadata: dict[str, str] = {}
        self.away = self.watching = self.sent = 0

    async def get(self, request: Any, context: Any) -> Message:
        self.metadata = {key: value for key, value in context.invocation_metadata() if isinstance(value, str)}
        if request.name == "things/missing":
            status = status_pb2.Status(code=5, message="There is no such thing.")
            status.details.add().Pack(error_details_pb2.ErrorInfo(reason="NOT_FOUND", domain="xorb"))
            await context.abort_with_status(rpc_status.to_status(status))
        if request.name == "things/away":
            self.away += 1
            await context.abort(grpc.StatusCode.UNAVAILABLE, "Not there.")
        if request.name == "things/bare":
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, "Not now.")
        return self.probe.make("Thing", name=request.name, display_name="A thing")

    async def get_keys(self, _request: Any, _context: Any) -> Message:
        return self.probe.make("KeySet", keys=self.keys)

    async def create(self, request: Any, _: Any) -> Message:
        made: Message = request.thing
        return made

    async def touch(self, request: Any, _: Any) -> Message:
        return self.probe.make("Thing", name=request.name, size=request.times)

    async def watch(self, request: Any, context: Any) -> AsyncIterator[Message]:
        self.watching += 1
        try:
            async for message in self._things(request, context):
                yield message
        finally:
            self.watching -= 1

    async def _things(self, request: Any, context: Any) -> AsyncIterator[Message]:
        make = self.probe.make
        while request.name == "things/flood":
            yield make("WatchThingResponse", thing=make("Thing", name="x" * 16384))
            self.sent += 16384
        while request.name == "things/endless":
            yield make("WatchThingResponse", thing=make("Thing", name=request.name, size=1))
            await asyncio.sleep(0.05)
        for size in range(1, 4):
            yield make("WatchThingResponse", thing=make("Thing", name=request.name, size=size))
            if request.name == "things/slow":
                await asyncio.sleep(0.3)
        if request.name == "things/broken":
            yield make("WatchThingResponse", end={"code": 14, "message": "broken off"})
            await context.abort(grpc.StatusCode.UNAVAILABLE, "broken off")
        yield make("WatchThingResponse", end={"code": 0})

    def handlers(self) -> Iterator[grpc.GenericRpcHandler]:
        """Generic handlers of both services."""

        def unary(function: Any, request: str) -> Any:
            return grpc.unary_unary_rpc_method_handler(function, self._parse(request), _serialized)

        thing = unary(self.get, "GetThingRequest")
        yield grpc.method_handlers_generic_handler(SERVICE, {
            "GetThing": thing,
            "GuardedThing": thing,
            "GetKeys": unary(self.get_keys, "GetKeysRequest"),
            "CreateThing": unary(self.create, "CreateThingRequest"),
            "TouchThing": unary(self.touch, "TouchThingRequest"),
            "WatchThing": grpc.unary_stream_rpc_method_handler(
                self.watch, self._parse("GetThingRequest"), _serialized
            ),
        })  # fmt: skip
        yield grpc.method_handlers_generic_handler(INTERNAL, {"Secret": thing})

    def _parse(self, name: str) -> Any:
        return self.probe.messages[f"xorb.probe.v1.{name}"].FromString


@asynccontextmanager
async def serving(servicer: Servicer, address: str) -> AsyncIterator[grpc.aio.Server]:
    """Serve the probe and its health at ``address``."""
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(tuple(servicer.handlers()))
    checks = health.aio.HealthServicer()
    await checks.set("", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    server.add_insecure_port(address)
    await server.start()
    try:
        yield server
    finally:
        await server.stop(0)


def contracts(probe: Probe, pages: Path) -> EdgeContracts:
    """What the generator would make of the probe's contracts."""
    guarded = {"path": f"/{SERVICE}/GuardedThing"}
    rest = {"safe_regex": {"regex": "/v1/guarded/.*"}}
    create = {"path": "/v1/things", "headers": [{"name": ":method", "string_match": {"exact": "POST"}}]}
    methods = ("GetThing", "CreateThing", "TouchThing", "GuardedThing", "GetKeys")
    retry = {"retry_on": "connect-failure,refused-stream,unavailable", "num_retries": 2}
    action = {"cluster": "core", "retry_policy": retry}
    routes = [{"match": {"path": f"/{SERVICE}/{method}"}, "route": action} for method in methods]
    watch = {
        "match": {"path": f"/{SERVICE}/WatchThing"},
        "route": {"cluster": "core", "timeout": "0s", "idle_timeout": "0s"},
    }
    socket = {"match": {"safe_regex": {"regex": "/v1/things/[^/:]+:watch"}, "headers": [
        {"name": "upgrade", "string_match": {"exact": "websocket", "ignore_case": True}}]},
        "route": {"cluster": "bridge", "timeout": "0s", "upgrade_configs": [{"upgrade_type": "websocket"}]},
    }  # fmt: skip
    return EdgeContracts(
        services=[SERVICE],
        jwt_rules={
            "provider": "xorb",
            "payload_in_metadata": "claims",
            "rules": [{"match": match, "requires": {"provider_name": "xorb"}} for match in (guarded, rest)],
        },
        routes=[*routes, watch, {"match": {"prefix": f"/{INTERNAL}/"}, "direct_response": {"status": 404}}],
        websocket_routes=[socket],
        bodies={
            "bytes": SMALL_BODY,
            "most": LARGE_BODY,
            "streamed": [],
            "larger": [{"match": create, "bytes": LARGE_BODY}],
        },
        descriptors=probe.descriptors,
        pages=pages,
    )


EDGE_PORTS = ("XORB_GATEWAY_PORT", "XORB_GATEWAY_TLS_PORT", "XORB_ENVOY_ADMIN_PORT")


def edge_ports() -> dict[str, str]:
    """Settings of an edge that stands alone: free ports, and no mesh between it and what is behind it."""
    return {
        "XORB_MESH": "off",
        **{name: str(port) for name, port in zip(EDGE_PORTS, free_ports(len(EDGE_PORTS)), strict=True)},
    }


@asynccontextmanager
async def edge(settings: StackSettings, own: EdgeContracts) -> AsyncIterator[None]:
    """Run the edge with contracts of our own."""
    runner = Runner(envoy(settings, lambda: own), settings.logs, lambda _: None)
    await runner.start()
    try:
        yield
    finally:
        await runner.stop()
