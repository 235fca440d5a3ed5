"""What the edge refuses before any service sees it, how, and what it says to browsers meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import grpc
import grpc.aio
import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings
import pytest
import pytest_asyncio
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from services.mesh.errors import Reason
from stack import http
from stack.edge_headers import CONTENT_POLICY, HEADERS
from tests.stack.edge_under_test import Edge, running
from tests.stack.probe import LARGE_BODY, SERVICE, SMALL_BODY

GET = "GET /v1/things/a HTTP/1.1\r\nhost: edge\r\n"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def under_test() -> AsyncIterator[Edge]:
    async with running(
        XORB_EDGE_HEADERS_SECONDS="1", XORB_EDGE_REQUEST_SECONDS="1.5", XORB_ALLOWED_ORIGINS=r"https://app\.example"
    ) as edge:
        yield edge


def assert_refused(response: http.Response, status: int, reason: Reason, rule: str = "") -> None:
    """It is a ``google.rpc.Status`` as JSON, with a reason of the catalogue, and has the headers for browsers."""
    assert response.status == status, response.body
    assert response.headers["content-type"] == "application/json"
    error = response.json()
    assert set(error) == {"code", "message", "details"}
    assert error["code"] == reason.code
    assert error["message"]
    [info, *_] = error["details"]
    assert (info["domain"], info["reason"]) == ("xorb", reason.name)
    assert info["metadata"].get("rule", "") == rule
    assert_protected(response)


def assert_protected(response: http.Response, policy: str = CONTENT_POLICY) -> None:
    assert {key: response.headers[key] for key in HEADERS} == HEADERS
    assert response.headers["content-security-policy"] == policy
    assert not {"server", "via", "x-powered-by"} & set(response.headers)


@pytest.mark.parametrize(
    ("request_text", "rule"),
    [
        pytest.param(GET + "x_real_ip: 1\r\n\r\n", "http1.unexpected_underscore", id="underscore"),
        pytest.param("GET /v1/things/a HTTP/1.1\r\n\r\n", "missing_host_header", id="no host"),
        pytest.param("GET /v1/things%2fa HTTP/1.1\r\nhost: x\r\n\r\n", "path_normalization_failed", id="slash"),
        pytest.param("GET /v1/things%5Ca HTTP/1.1\r\nhost: x\r\n\r\n", "path_normalization_failed", id="backslash"),
        pytest.param("GET /v1/things/a%00 HTTP/1.1\r\nhost: x\r\n\r\n", "path_normalization_failed", id="nul"),
        pytest.param(
            "POST /v1/things HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            "http1.content_length_and_chunked_not_allowed",
            id="two lengths",
        ),
        pytest.param(
            "POST /v1/things HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{} ",
            "http1.codec_error",
            id="two content-lengths",
        ),
        pytest.param("nonsense\r\n\r\n", "http1.codec_error", id="no HTTP"),
    ],
)
async def test_what_is_ambiguous_is_refused(under_test: Edge, request_text: str, rule: str) -> None:
    assert_refused(await under_test.send(request_text.encode()), 400, Reason.MALFORMED_REQUEST, rule)


async def test_old_http_is_refused(under_test: Edge) -> None:
    response = await under_test.send(b"GET /v1/things/a HTTP/1.0\r\n\r\n")
    assert_refused(response, 426, Reason.MALFORMED_REQUEST)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("".join(f"x-{number}: 1\r\n" for number in range(1000)), id="a thousand"),
        pytest.param("".join(f"x-{number}: 1\r\n" for number in range(101)), id="one too many"),
        pytest.param(f"x-a: {'a' * 33000}\r\n", id="a long one"),
    ],
)
async def test_headers_are_bounded(under_test: Edge, lines: str) -> None:
    response = await under_test.send(f"{GET}{lines}\r\n".encode())
    assert_refused(response, 431, Reason.REQUEST_TOO_LARGE)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("//v1///things/a", 200),
        ("/v1/other/../things/a", 200),
        ("/v1/other/%2e%2e/things/a", 200),
        ("/v1/things/..;/a", 404),
        ("/v1/things/a;x=1/..", 404),
        ("/v1/things/../../../etc/passwd", 404),
        ("/v1/public/../guarded/things/a", 401),
        ("//v1//guarded//things/a", 401),
        ("/v1/./guarded/things/a", 401),
        ("/v1\\guarded\\things\\a", 401),
        ("/v1/%67uarded/things/a", 401),
    ],
)
async def test_a_path_is_one_path_for_rules_and_routes(under_test: Edge, path: str, status: int) -> None:
    """However it is written, it is judged as the resource that it means."""
    response = await under_test.send(f"GET {path} HTTP/1.1\r\nhost: edge\r\n\r\n".encode())
    assert response.status == status
    assert_protected(response)


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/v1/things", LARGE_BODY + 1, 413),
        ("/v1/things", SMALL_BODY + 1, 200),
        ("/v1/things/a:touch", SMALL_BODY + 1, 413),
        ("/v1/things/a:touch", SMALL_BODY, 200),
    ],
)
@pytest.mark.parametrize("announced", [True, False])
async def test_bodies_have_the_limit_of_their_method(
    under_test: Edge, path: str, size: int, status: int, announced: bool
) -> None:
    """Whether a body says how large it is, or just goes on."""
    body = b"{}".ljust(size)
    head = f"POST {path} HTTP/1.1\r\nhost: edge\r\ncontent-type: application/json\r\n".encode()
    if announced:
        # What is refused is refused before it is sent.
        sent = head + f"content-length: {size}\r\n\r\n".encode() + (body if status == 200 else b"{")
    else:
        sent = head + b"transfer-encoding: chunked\r\n\r\n" + f"{size:x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    response = await under_test.send(sent)
    if status == 200:
        assert response.status == 200, response.body
    else:
        assert_refused(response, status, Reason.REQUEST_TOO_LARGE)


async def test_slow_headers_are_cut_off(under_test: Edge) -> None:
    assert_refused(await under_test.send(GET.encode(), seconds=6), 408, Reason.DEADLINE_EXCEEDED)


async def test_a_slow_body_is_cut_off(under_test: Edge) -> None:
    head = "POST /v1/things HTTP/1.1\r\nhost: edge\r\ncontent-length: 40\r\n\r\n{"
    assert_refused(await under_test.send(head.encode(), seconds=6), 408, Reason.DEADLINE_EXCEEDED)


@pytest.mark.parametrize("hello", [b"", b"\x16\x03\x01\x02\x00\x01"])
async def test_a_slow_handshake_is_cut_off(under_test: Edge, hello: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", under_test.tls_port)
    try:
        writer.write(hello)
        assert await asyncio.wait_for(reader.read(), 6) == b""
    finally:
        writer.close()


async def test_a_trickle_is_cut_off_too(under_test: Edge) -> None:
    """A byte now and then keeps a connection from being idle, but not from being slow."""
    reader, writer = await asyncio.open_connection("127.0.0.1", under_test.address.port)
    writer.write(b"POST /v1/things HTTP/1.1\r\nhost: edge\r\ncontent-length: 4000\r\n\r\n")
    answer = asyncio.create_task(reader.readuntil(b"\r\n"))
    try:
        async with asyncio.timeout(6):
            while not answer.done():
                writer.write(b" ")
                await asyncio.wait([answer], timeout=0.1)
        assert (await answer).startswith(b"HTTP/1.1 408 ")
    finally:
        answer.cancel()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def test_nobody_claims_to_be_elsewhere(under_test: Edge) -> None:
    claims = {
        "x-forwarded-for": "6.6.6.6", "x-real-ip": "6.6.6.6", "forwarded": "for=6.6.6.6", "x-request-id": "mine",
        "x-envoy-internal": "true", "x-envoy-upstream-rq-timeout-ms": "1", "x-envoy-external-address": "6.6.6.6",
        "x-forwarded-proto": "https", "x-xorb-address": "6.6.6.6", "x-envoy-original-path": "/v1/other",
    }  # fmt: skip
    response = await http.request(under_test.address, "GET", "/v1/things/a", headers=claims)
    assert response.status == 200
    told = under_test.servicer.metadata
    assert "6.6.6.6" not in " ".join(told.values())
    assert told["x-request-id"] == response.headers["x-request-id"] != "mine"
    assert told["x-envoy-original-path"] == "/v1/things/a"
    assert told["x-forwarded-proto"] == "http"
    assert not {"x-envoy-internal", "x-envoy-upstream-rq-timeout-ms", "x-real-ip", "forwarded"} & set(told)


@pytest.mark.parametrize("origin", ["https://evil.example", "https://app.example.evil.example", "null",
                                    "http://app.example", "https://app-example"])  # fmt: skip
async def test_pages_of_other_origins_may_not_read(under_test: Edge, origin: str) -> None:
    asked = await under_test.call("OPTIONS", "/v1/things", origin=origin, access_control_request_method="POST")
    read = await under_test.call("GET", "/v1/things/a", origin=origin)
    for response in (asked, read):
        assert not [name for name in response.headers if name.startswith("access-control-")]
        assert_protected(response)


async def test_pages_of_the_allowed_origin_may(under_test: Edge) -> None:
    read = await under_test.call("GET", "/v1/things/a", origin="https://app.example")
    assert read.headers["access-control-allow-origin"] == "https://app.example"
    assert "x-request-id" in read.headers["access-control-expose-headers"]


async def test_every_reply_protects_browsers(under_test: Edge) -> None:
    for path in ("/v1/things/a", "/v1/nothing", "/openapi.json", "/docs", "/healthz", "/v1/guarded/things/a"):
        response = await under_test.call("GET", path)
        assert_protected(response)
        assert "strict-transport-security" not in response.headers


async def test_grpc_is_told_reasons_too(under_test: Edge) -> None:
    async with under_test.channel() as channel:
        assert await refusal(channel, f"/{SERVICE}/Nothing") == (grpc.StatusCode.UNIMPLEMENTED, "METHOD_NOT_FOUND")
        assert await refusal(channel, f"/{SERVICE}/GuardedThing") == (
            grpc.StatusCode.UNAUTHENTICATED,
            "UNAUTHENTICATED",
        )
        other = [("authorization", f"Bearer {under_test.token(aud='other')}")]
        assert await refusal(channel, f"/{SERVICE}/GuardedThing", other) == (
            grpc.StatusCode.UNAUTHENTICATED,
            "UNAUTHENTICATED",
        )


async def refusal(
    channel: grpc.aio.Channel, path: str, metadata: list[tuple[str, str]] | None = None
) -> tuple[grpc.StatusCode, str]:
    call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(path)
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call(b"", timeout=5, metadata=metadata)
    status = rpc_status.from_call(raised.value)
    assert status is not None
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert info.domain == "xorb"
    return raised.value.code(), info.reason


class Http2:
    """A client that speaks HTTP/2 as it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.state = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.state.initiate_connection()

    async def flush(self) -> None:
        self._writer.write(self.state.data_to_send())
        await self._writer.drain()

    async def until(self, kind: type[h2.events.Event]) -> h2.events.Event:
        """The next event of a kind; EOFError if the edge closes the connection before there is one."""
        while data := await asyncio.wait_for(self._reader.read(65536), 10):
            events = self.state.receive_data(data)
            await self.flush()
            for event in events:
                if isinstance(event, kind):
                    return event
        raise EOFError(kind.__name__)

    def get(self, path: str, *more: tuple[str, str]) -> int:
        stream = self.state.get_next_available_stream_id()
        head = [(":method", "GET"), (":path", path), (":scheme", "http"), (":authority", "edge"), *more]
        self.state.send_headers(stream, head, end_stream=True)
        return stream


@asynccontextmanager
async def http2(edge: Edge) -> AsyncIterator[Http2]:
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.address.port)
    client = Http2(reader, writer)
    try:
        await client.flush()
        await client.until(h2.events.RemoteSettingsChanged)
        yield client
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def test_streams_of_a_connection_are_bounded(under_test: Edge) -> None:
    async with http2(under_test) as client:
        most = h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS
        assert client.state.remote_settings[most] == 100
        # As a client that doesn't care about it.
        client.state.remote_settings[most] = 1000
        client.state.remote_settings.acknowledge()
        for _ in range(150):
            client.get("/v1/things/slow:watch")
        await client.flush()
        with pytest.raises(EOFError):
            await client.until(h2.events.ResponseReceived)


async def test_rapid_resets_end_the_connection(under_test: Edge) -> None:
    async with http2(under_test) as client:
        sent = 0
        with suppress(ConnectionError, EOFError):
            while sent < 2000:
                for _ in range(50):
                    client.state.reset_stream(client.get("/v1/things/slow:watch"), h2.errors.ErrorCodes.CANCEL)
                sent += 50
                await client.flush()
                await asyncio.sleep(0)
            await client.until(h2.events.ConnectionTerminated)
    assert 200 < sent < 2000
    assert (await under_test.call("GET", "/v1/things/a")).status == 200


async def test_underscores_are_refused_in_http2_too(under_test: Edge) -> None:
    async with http2(under_test) as client:
        client.get("/v1/things/a", ("x_real_ip", "1"))
        await client.flush()
        assert isinstance(await client.until(h2.events.StreamReset), h2.events.StreamReset)
