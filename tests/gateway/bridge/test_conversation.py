"""Bidirectional calls, with a contract that is compiled for the test."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import pytest
import pytest_asyncio
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FileDescriptor
from google.rpc import code_pb2
from grpc_tools import protoc  # type: ignore[import-untyped]  # it ships no annotations

from gateway.bridge.routes import Routes
from tests.gateway.bridge.site import TOKEN, Site, closing, open_site, receive, rich, until
from tools.contracts.descriptors import dependency_set

PATH = "/v1/organizations/o/indicators:import"
_CONTRACT = """
syntax = "proto3";
package xorbtest.core.v1;
import "google/api/annotations.proto";
service ImportService {
  rpc Import(stream ImportRequest) returns (stream ImportResponse) {
    option (google.api.http) = {post: "/v1/{parent=organizations/*}/indicators:import" body: "*"};
  }
}
message ImportRequest { string parent = 1; string value = 2; string source = 3; repeated int32 weights = 4; }
message ImportResponse { string accepted = 1; int32 total = 2; }
"""


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> FileDescriptor:
    folder = tmp_path_factory.mktemp("contract")
    (folder / "import.proto").write_text(_CONTRACT)
    (folder / "dependencies").write_bytes(dependency_set().SerializeToString())
    image = folder / "image"
    arguments = [f"--descriptor_set_in={folder}/dependencies", f"--descriptor_set_out={image}", f"-I{folder}"]
    assert protoc.main(["protoc", *arguments, "import.proto"]) == 0
    [file] = descriptor_pb2.FileDescriptorSet.FromString(image.read_bytes()).file
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return pool.FindFileByName("import.proto")


class Imports:
    """Acknowledges each request; fails on the value `fail`."""

    def __init__(self, contract: FileDescriptor) -> None:
        self._request = message_factory.GetMessageClass(contract.message_types_by_name["ImportRequest"])
        self._response: Any = message_factory.GetMessageClass(contract.message_types_by_name["ImportResponse"])
        self.requests: list[Any] = []
        self.open = 0

    async def serve(self, requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
        self.open += 1
        try:
            async for request in requests:
                self.requests.append(request)
                if request.value == "fail":
                    await context.abort_with_status(rich(code_pb2.INVALID_ARGUMENT, "INVALID_FIELD", "value: no"))
                yield self._response(accepted=request.value, total=len(self.requests))
            yield self._response(accepted="all", total=len(self.requests))
        finally:
            self.open -= 1

    def register(self, server: grpc.aio.Server) -> None:
        handler: grpc.RpcMethodHandler[Any, Any] = grpc.stream_stream_rpc_method_handler(
            self.serve,
            request_deserializer=self._request.FromString,
            response_serializer=lambda message: message.SerializeToString(),
        )
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("xorbtest.core.v1.ImportService", {"Import": handler}),)
        )


@pytest.fixture
def imports(contract: FileDescriptor) -> Imports:
    return Imports(contract)


@pytest_asyncio.fixture
async def conversing(contract: FileDescriptor, imports: Imports) -> AsyncIterator[Site]:
    routes = Routes.of(contract.services_by_name.values())
    async with open_site(routes=routes, register=imports.register) as site:
        yield site
        await site.quiet()
        await until(lambda: imports.open == 0)


async def test_frames_are_requests_and_answers(conversing: Site, imports: Imports) -> None:
    async with conversing.connect(f"{PATH}?source=feed") as socket:
        await socket.send('{"value": "a", "parent": "organizations/other"}')
        assert await receive(socket) == [{"accepted": "a", "total": 1}]
        await socket.send('{"value": "b", "source": "own", "weights": [1, 2]}')
        assert await receive(socket) == [{"accepted": "b", "total": 2}]
        await socket.send('{"end": {}}')
        last, end = await receive(socket, 2)
        assert (last["accepted"], end["end"]["code"]) == ("all", 0)
        assert await closing(socket) == (1000, "")
    # The path wins over the frame: permissions depend on it.
    assert [request.parent for request in imports.requests] == ["organizations/o"] * 2
    assert [request.source for request in imports.requests] == ["feed", "own"]
    assert list(imports.requests[1].weights) == [1, 2]


async def test_token_in_the_first_frame(conversing: Site) -> None:
    async with conversing.connect(PATH, token="") as socket:
        await socket.send(json.dumps({"authorization": f"Bearer {TOKEN}"}))
        await socket.send('{"value": "a"}')
        assert await receive(socket) == [{"accepted": "a", "total": 1}]


async def test_it_cant_be_resumed(conversing: Site) -> None:
    async with conversing.connect(PATH, token="") as socket:
        await socket.send(json.dumps({"authorization": f"Bearer {TOKEN}", "resumeToken": "1"}))
        assert (await receive(socket))[0]["end"]["message"] == "This stream can't be resumed"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", 4400),
        ('{"unknown": 1}', 4400),
        ('{"weights": ["x"]}', 4400),
        ("[]", 4400),
        (b"\x00", 1003),
        ("[" * 20_000, 4400),
    ],
)
async def test_a_bad_frame(conversing: Site, imports: Imports, frame: str | bytes, code: int) -> None:
    async with conversing.connect(PATH) as socket:
        await socket.send('{"value": "a"}')
        await receive(socket)
        await socket.send(frame)
        [end] = await receive(socket)
        assert end["end"]["code"] == code_pb2.INVALID_ARGUMENT
        assert (await closing(socket))[0] == code
    assert len(imports.requests) == 1


async def test_a_failure_of_the_service(conversing: Site) -> None:
    async with conversing.connect(PATH) as socket:
        await socket.send('{"value": "fail"}')
        [end] = await receive(socket)
        assert end["end"]["message"] == "value: no"
        assert (await closing(socket))[0] == 4400


async def test_a_frame_after_the_end(conversing: Site, imports: Imports) -> None:
    async with conversing.connect(PATH) as socket:
        await socket.send('{"end": {}}')
        await socket.send('{"value": "late"}')
        frames = [json.loads(frame) async for frame in _until_closed(socket)]
    assert "end" in frames[-1]
    assert imports.requests == []


async def test_a_client_that_vanishes(conversing: Site, imports: Imports) -> None:
    socket = await conversing.connect(PATH)
    await socket.send('{"value": "a"}')
    await receive(socket)
    assert imports.open == 1
    socket.transport.abort()


async def _until_closed(socket: Any) -> AsyncIterator[str]:
    async with asyncio.timeout(5):
        while True:
            yield (frame := await socket.recv())
            if "end" in json.loads(frame):
                return
