"""The edge with a real service behind it: every way in, and every kind of error."""

import asyncio
import base64
import json
import shutil
import struct
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, unix_serve
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from stack import http
from stack.polling import until
from stack.settings import load
from tests.stack.edge_under_test import Edge, running
from tests.stack.probe import INTERNAL, SERVICE, Servicer, compile_probe, contracts, edge, edge_ports, serving

MIBIBYTE = 1024 * 1024


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def under_test() -> AsyncIterator[Edge]:
    async with running() as edge:
        yield edge


def assert_error(response: http.Response, status: int, code: int) -> dict[str, Any]:
    """The response is a ``google.rpc.Status`` of ``code``, as JSON, with HTTP status ``status``."""
    assert response.status == status, response.body
    assert response.headers["content-type"] == "application/json"
    error = response.json()
    assert set(error) == {"code", "message", "details"}
    assert error["code"] == code
    assert error["message"]
    return error


async def test_rest_reads_and_writes(under_test: Edge) -> None:
    got = await under_test.call("GET", "/v1/things/a?page_size=3")
    assert got.status == 200
    assert got.json()["displayName"] == "A thing"
    made = await under_test.call("POST", "/v1/things", {"displayName": "new", "parts": [{"label": "one"}]})
    assert made.status == 200
    assert made.json()["parts"] == [{"label": "one"}]


async def test_replies_name_no_software(under_test: Edge) -> None:
    for path in ("/v1/things/a", "/v1/nothing", "/openapi.json"):
        headers = (await under_test.call("GET", path)).headers
        assert not {"server", "via", "x-envoy-upstream-service-time", "grpc-status", "grpc-accept-encoding"} & set(
            headers
        )
        assert headers["x-content-type-options"] == "nosniff"


async def test_a_services_error_arrives_with_its_details(under_test: Edge) -> None:
    error = assert_error(await under_test.call("GET", "/v1/things/missing"), 404, 5)
    assert error["message"] == "There is no such thing."
    assert error["details"][0]["reason"] == "NOT_FOUND"
    assert_error(await under_test.call("GET", "/v1/things/bare"), 400, 9)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/nothing"), ("GET", "/"), ("DELETE", "/v1/things/a"), ("PUT", "/v1/things"), ("POST", "/docs"),
     ("POST", f"/{SERVICE}/GetThing"), ("POST", f"/{INTERNAL}/Secret")],
)  # fmt: skip
async def test_what_the_contracts_do_not_have_is_not_found(under_test: Edge, method: str, path: str) -> None:
    assert_error(await under_test.call(method, path), 404, 5)


@pytest.mark.parametrize("query", ["nope=1", "pageSize=many", "page_size=1&colour=red"])
async def test_a_query_that_the_contract_does_not_know_is_refused(under_test: Edge, query: str) -> None:
    assert_error(await under_test.call("GET", f"/v1/things/a?{query}"), 400, 3)


@pytest.mark.parametrize(
    "body",
    [b'{"displayName":', b"[1", b"nonsense", b'{"size":"many"}', b"\xff\xfe", b"{" * 200],
)
async def test_a_malformed_body_is_refused(under_test: Edge, body: bytes) -> None:
    assert_error(await under_test.call("POST", "/v1/things", body), 400, 3)


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({"colour": "red"}, "colour"),
        ({"size": 1, "parts": [{"label": "x"}, {"label": "y", "weight": 2}]}, "parts.weight"),
        ({"displayName": 'a "quoted" } name', "Size": 1}, "Size"),
        ({"thing": {}}, "thing"),
    ],
)
async def test_an_unknown_member_is_refused_and_named(under_test: Edge, body: object, member: str) -> None:
    error = assert_error(await under_test.call("POST", "/v1/things", body), 400, 3)
    assert f'"{member}"' in error["message"]


async def test_known_members_pass_whatever_they_look_like(under_test: Edge) -> None:
    body = {"display_name": 'br{ace" \\', "size": -1, "hidden": True, "parts": [], "labelled": {"any": {"label": "x"}}}
    response = await under_test.call("POST", "/v1/things", json.dumps(body, indent=3).encode())
    assert response.status == 200
    assert response.json()["displayName"] == body["display_name"]
    assert response.json()["labelled"] == body["labelled"]


async def test_a_body_that_contradicts_the_path_is_refused(under_test: Edge) -> None:
    assert (await under_test.call("POST", "/v1/things/a:touch", {"times": 2})).json()["size"] == 2
    assert_error(await under_test.call("POST", "/v1/things/a:touch", {"name": "things/b"}), 400, 3)


async def test_a_body_up_to_the_limit_is_taken(under_test: Edge) -> None:
    name = "x" * (3 * MIBIBYTE)
    assert (await under_test.call("POST", "/v1/things", {"displayName": name})).json()["displayName"] == name


async def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(under_test: Edge) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", under_test.address.port)
    writer.write(b"POST /v1/things HTTP/1.1\r\nhost: x\r\ncontent-length: 52428800\r\n\r\n{")
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    writer.close()
    assert head.startswith(b"HTTP/1.1 413 ")
    assert b"content-type: application/json" in head


async def test_a_body_that_grows_too_large_is_refused(under_test: Edge) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", under_test.address.port)
    writer.write(b"POST /v1/things HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
    chunk = b"100000\r\n" + b"a" * MIBIBYTE + b"\r\n"
    for _ in range(6):
        writer.write(chunk)
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    body = await asyncio.wait_for(reader.readuntil(b"}"), 5)
    writer.close()
    assert head.startswith(b"HTTP/1.1 413 ")
    assert b'"code":8' in body


async def test_a_stream_ends_with_its_terminal_record(under_test: Edge) -> None:
    response = await under_test.call("GET", "/v1/things/a:watch")
    assert response.headers["content-type"] == "text/event-stream"
    records = [json.loads(line.removeprefix(b"data: ")) for line in response.body.split(b"\n\n") if line]
    assert [record["thing"]["size"] for record in records[:-1]] == [1, 2, 3]
    assert records[-1] == {"end": {"code": 0, "message": ""}}


async def test_a_stream_that_breaks_off_says_so(under_test: Edge) -> None:
    response = await under_test.call("GET", "/v1/things/broken:watch")
    last = response.body.strip().rsplit(b"\n\n", 1)[-1]
    assert json.loads(last.removeprefix(b"data: ")) == {"end": {"code": 14, "message": "broken off"}}


async def test_a_streams_records_come_one_by_one(under_test: Edge) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", under_test.address.port)
    writer.write(b"GET /v1/things/slow:watch HTTP/1.1\r\nhost: x\r\n\r\n")
    began = time.monotonic()
    await asyncio.wait_for(reader.readuntil(b'"size":1'), 5)
    first = time.monotonic() - began
    await asyncio.wait_for(reader.readuntil(b'"size":3'), 5)
    writer.close()
    assert time.monotonic() - began - first > 0.4


async def test_grpc_passes_through_with_metadata_and_errors(under_test: Edge) -> None:
    make, parse = under_test.probe.make, under_test.probe.messages["xorb.probe.v1.Thing"].FromString
    async with under_test.channel() as channel:
        get: Any = channel.unary_unary(f"/{SERVICE}/GetThing", lambda message: message.SerializeToString(), parse)
        trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        thing = await get(make("GetThingRequest", name="things/g"), metadata=[("traceparent", trace)], timeout=5)
        assert thing.name == "things/g"
        assert under_test.servicer.metadata["traceparent"] == trace
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await get(make("GetThingRequest", name="things/missing"), timeout=5)
        assert raised.value.code() == grpc.StatusCode.NOT_FOUND
        assert raised.value.details() == "There is no such thing."


@pytest.mark.parametrize("path", [f"/{INTERNAL}/Secret", f"/{SERVICE}/Nothing", "/grpc.health.v1.Health/Check"])
async def test_grpc_reaches_only_what_is_public(under_test: Edge, path: str) -> None:
    async with under_test.channel() as channel:
        call: Any = channel.unary_unary(path)
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await call(b"", timeout=5)
    assert raised.value.code() == grpc.StatusCode.UNIMPLEMENTED


async def test_grpc_web(under_test: Edge) -> None:
    message = under_test.probe.make("GetThingRequest", name="things/w").SerializeToString()
    framed = struct.pack(">BI", 0, len(message)) + message
    response = await under_test.call("POST", f"/{SERVICE}/GetThing", framed, content_type="application/grpc-web+proto")
    assert response.status == 200
    flag, length = struct.unpack(">BI", response.body[:5])
    assert flag == 0
    thing: Any = under_test.probe.messages["xorb.probe.v1.Thing"].FromString(response.body[5 : 5 + length])
    assert thing.name == "things/w"
    assert b"grpc-status:0" in response.body[5 + length :].replace(b" ", b"")


async def test_cors_is_for_known_origins(under_test: Edge) -> None:
    asked = {"access_control_request_method": "POST"}
    known = await under_test.call("OPTIONS", "/v1/things", origin="http://localhost:5173", **asked)
    assert known.headers["access-control-allow-origin"] == "http://localhost:5173"
    strange = await under_test.call("OPTIONS", "/v1/things", origin="https://example.com", **asked)
    assert "access-control-allow-origin" not in strange.headers


async def test_a_guarded_method_wants_a_good_token(under_test: Edge) -> None:
    path = "/v1/guarded/things/a"
    good = under_test.token()

    assert (await under_test.call("GET", path, authorization=f"Bearer {good}")).status == 200
    stranger = jwt.encode(jwt.decode(good, options={"verify_signature": False}), Ed25519PrivateKey.generate(), "EdDSA")
    bad = [
        stranger,
        under_test.token(aud="xorb-mesh"),
        under_test.token(exp=int(time.time()) - 60),
        under_test.token(iss="other"),
        "nonsense",
    ]
    for token in bad:
        assert_error(await under_test.call("GET", path, authorization=f"Bearer {token}"), 401, 16)
    assert_error(await under_test.call("GET", path), 401, 16)
    assert_error(await under_test.call("GET", f"{path}?access_token={good}"), 401, 16)


async def test_pages_and_health(under_test: Edge) -> None:
    assert (await under_test.call("GET", "/openapi.json")).json() == {"openapi": "3.1.0"}
    reference = await under_test.call("GET", "/docs")
    assert reference.headers["content-type"].startswith("text/html")
    assert (await under_test.call("GET", "/healthz")).json() == {"status": "SERVING"}


async def test_a_websocket_whose_bridge_is_down_is_an_error_as_any_other(under_test: Edge) -> None:
    upgrade = {"connection": "upgrade", "upgrade": "websocket", "sec_websocket_version": "13",
               "sec_websocket_key": base64.b64encode(bytes(16)).decode()}  # fmt: skip
    assert_error(await under_test.call("GET", "/v1/things/a:watch", **upgrade), 503, 14)


async def echo(socket: ServerConnection) -> None:
    async for message in socket:
        await socket.send(f"{socket.request.path if socket.request else ''} {message!s}")


async def test_websockets_reach_the_bridge_and_more_than_a_circuit_breakers_default(under_test: Edge) -> None:
    """Envoy's own limit is 1,024 connections to a cluster; the sockets stay open side by side here."""
    url = f"ws://127.0.0.1:{under_test.address.port}/v1/things/a:watch?x=1"
    protocols = [Subprotocol("xorb.v1")]
    async with unix_serve(echo, str(under_test.run / "bridge.sock"), subprotocols=protocols, backlog=2048):
        opened = [await connect(url, subprotocols=protocols, proxy=None) for _ in range(1100)]
        try:
            for socket in opened:
                await socket.send("hello")
            answers = await asyncio.gather(*(socket.recv() for socket in opened))
        finally:
            await asyncio.gather(*(socket.close() for socket in opened))
    assert set(answers) == {"/v1/things/a:watch?x=1 hello"}
    assert opened[0].subprotocol == "xorb.v1"


async def test_an_upgrade_of_what_is_no_stream_is_refused(under_test: Edge) -> None:
    with pytest.raises(InvalidStatus) as raised:
        await connect(f"ws://127.0.0.1:{under_test.address.port}/v1/things/a", proxy=None)
    assert raised.value.response.status_code == 404
    assert raised.value.response.headers["content-type"] == "application/json"


async def answers(address: http.Address) -> bool:
    return (await http.request(address, "GET", "/v1/things/a")).status == 200


async def test_a_service_that_is_down_is_unavailable_and_back_when_it_is_back() -> None:
    home = Path(tempfile.mkdtemp(prefix="xorb-"))
    settings = load({"XORB_HOME": str(home), **edge_ports()})
    for folder in (settings.run, settings.logs):
        folder.mkdir()
    address = http.Address(port=settings.ports["XORB_GATEWAY_PORT"])
    try:
        probe = await compile_probe(home)
        async with edge(settings, contracts(probe, home)):
            for path in ("/v1/things/a", "/healthz"):
                assert_error(await http.request(address, "GET", path), 503, 14)
            async with serving(Servicer(probe), f"unix:{settings.run}/core.sock"):
                await until(lambda: answers(address), 15)
    finally:
        shutil.rmtree(home)
