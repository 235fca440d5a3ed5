"""One socket: token, request, stream, resume, end."""

import json
import secrets
from typing import Any

import jwt
import pytest
from google.rpc import code_pb2
from websockets.exceptions import InvalidStatus

from tests.gateway.bridge.site import ORGANIZATION, TOKEN, WATCH, Site, closing, receive, rich


def _reason(end: dict[str, Any]) -> str:
    return str(next(detail["reason"] for detail in end["details"] if "reason" in detail))


async def test_subprotocol_token_and_events(site: Site) -> None:
    async with site.connect(f"{WATCH}?filter=severity%20%3E%3D%20%22HIGH%22") as socket:
        assert socket.subprotocol == "xorb.v1"
        [checkpoint] = await receive(socket)
        assert checkpoint == {"checkpoint": {}, "resumeToken": "0"}
        await site.service.publish("Weak cipher ✓", "Open port")
        events = await receive(socket, 2)
    assert [event["event"]["finding"]["title"] for event in events] == ["Weak cipher ✓", "Open port"]
    assert [event["resumeToken"] for event in events] == ["1", "2"]
    assert site.service.opened[0].parent == ORGANIZATION
    assert site.service.opened[0].filter == 'severity >= "HIGH"'
    assert site.service.metadata[0]["authorization"] == f"Bearer {TOKEN}"
    await site.quiet()


async def test_token_in_the_first_frame(site: Site) -> None:
    async with site.connect(token="") as socket:
        await socket.send(json.dumps({"authorization": f"Bearer {TOKEN}"}))
        assert "checkpoint" in (await receive(socket))[0]
    await site.quiet()


async def test_token_in_a_header_and_no_subprotocol(site: Site) -> None:
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    async with site.connect(f"{WATCH}?resumeToken=0", subprotocols=None, additional_headers=headers) as socket:
        assert "checkpoint" in (await receive(socket))[0]
        assert socket.subprotocol is None
    assert site.service.metadata[0]["traceparent"] == headers["traceparent"]


async def test_no_token_in_time(site: Site) -> None:
    async with site.connect(token="") as socket:
        [end] = await receive(socket)
        assert end["end"]["code"] == code_pb2.UNAUTHENTICATED
        assert await closing(socket) == (4408, "UNAUTHENTICATED")
    assert not site.service.opened
    await site.quiet()


async def test_a_token_that_has_ended_opens_nothing_and_joins_nothing(site: Site) -> None:
    ended = jwt.encode({"exp": 1}, secrets.token_bytes(32), algorithm="HS256")
    async with site.connect(token=ended) as socket:
        [end] = await receive(socket)
        assert end["end"]["code"] == code_pb2.UNAUTHENTICATED
        assert await closing(socket) == (4401, "UNAUTHENTICATED")
    assert not site.service.opened
    await site.quiet()


@pytest.mark.parametrize(
    "frame",
    [
        "{",
        "[1]",
        '"x"',
        "[" * 20_000,
        '{"authorization": 7}',
        '{"token": "x"}',
        '{"authorization": "Basic x"}',
        b"\x00",
    ],
)
async def test_bad_first_frame(site: Site, frame: str | bytes) -> None:
    async with site.connect(token="") as socket:
        await socket.send(frame)
        [end] = await receive(socket)
        code, _ = await closing(socket)
    assert code in {4400, 4401}
    assert end["end"]["message"]
    assert not site.service.opened
    await site.quiet()


async def test_refused_token_keeps_the_services_words(site: Site) -> None:
    async with site.connect(token="bad.token") as socket:
        [end] = await receive(socket)
        assert end["end"]["message"] == "Sign in first."
        assert _reason(end["end"]) == "UNAUTHENTICATED"
        assert await closing(socket) == (4401, "UNAUTHENTICATED")
    await site.quiet()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("access_token=x", "access_token"),
        ("unknown=1", "unknown"),
        ("parent=organizations/x", "parent"),
        ("filter=a&filter=b", "filter"),
        ("resumeToken.x=1", "resumeToken.x"),
    ],
)
async def test_bad_query(site: Site, query: str, field: str) -> None:
    async with site.connect(f"{WATCH}?{query}") as socket:
        [end] = await receive(socket)
        code, reason = await closing(socket)
    assert (code, reason) == (4400, "INVALID_FIELD")
    [violation] = end["end"]["details"][1]["fieldViolations"]
    assert violation["field"] == field
    assert not site.service.opened


async def test_resume_sees_every_event_once(site: Site) -> None:
    seen: list[str] = []
    token = "0"
    await site.service.publish(*(f"finding {number}" for number in range(20)))
    for _ in range(4):
        async with site.connect(f"{WATCH}?resumeToken={token}") as socket:
            for frame in (await receive(socket, 6))[1:]:
                seen.append(frame["event"]["finding"]["title"])
                token = frame["resumeToken"]
    assert seen == site.service.log
    await site.quiet()


async def test_resume_token_in_the_first_frame(site: Site) -> None:
    await site.service.publish("a", "b", "c")
    async with site.connect(token="") as socket:
        await socket.send(json.dumps({"authorization": f"Bearer {TOKEN}", "resumeToken": "2"}))
        assert (await receive(socket, 2))[1]["event"]["finding"]["title"] == "c"


@pytest.mark.parametrize("resume", ["", "?resumeToken=0"])
async def test_the_call_ends_well(site: Site, resume: str) -> None:
    async with site.connect(WATCH + resume) as socket:
        await receive(socket)
        await site.service.end()
        [end] = await receive(socket)
        assert end == {"end": {"code": 0, "message": "", "details": []}, "resumeToken": "0"}
        assert await closing(socket) == (1000, "")
    await site.quiet()


@pytest.mark.parametrize(
    ("code", "reason", "close"),
    [
        (code_pb2.NOT_FOUND, "NOT_FOUND", 4404),
        (code_pb2.PERMISSION_DENIED, "PERMISSION_DENIED", 4403),
        (code_pb2.OUT_OF_RANGE, "RESUME_TOKEN_EXPIRED", 4410),
        (code_pb2.RESOURCE_EXHAUSTED, "READER_TOO_SLOW", 4413),
        (code_pb2.RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED", 4429),
        (code_pb2.UNAVAILABLE, "UNAVAILABLE", 1013),
        (code_pb2.INTERNAL, "INTERNAL", 1011),
    ],
)
async def test_failures_have_their_code(site: Site, code: int, reason: str, close: int) -> None:
    async with site.connect() as socket:
        await receive(socket)
        await site.service.end(rich(code, reason, "words"))
        [end] = await receive(socket)
        assert (end["end"]["code"], end["end"]["message"], _reason(end["end"])) == (code, "words", reason)
        assert end["resumeToken"] == "0"
        assert await closing(socket) == (close, reason)


async def test_grpcs_own_words_stay_inside(site: Site) -> None:
    async with site.connect() as socket:
        await receive(socket)
        async with site.service.wake:
            site.service.log = None  # type: ignore[assignment]  # breaks the handler, whose exception gRPC would tell
            site.service.wake.notify_all()
        [end] = await receive(socket)
    assert end["end"]["code"] == code_pb2.UNKNOWN
    assert "NoneType" not in json.dumps(end)


async def test_a_watch_takes_no_frames(site: Site) -> None:
    async with site.connect() as socket:
        await receive(socket)
        await socket.send("{}")
        [end] = await receive(socket)
        assert end["end"]["code"] == code_pb2.INVALID_ARGUMENT
        assert (await closing(socket))[0] == 4400
    await site.quiet()


async def test_a_frame_above_the_limit(site: Site) -> None:
    async with site.connect() as socket:
        await receive(socket)
        await socket.send("x" * 100_000)
        assert (await closing(socket))[0] == 1009
    await site.quiet()


async def test_a_client_that_vanishes_leaves_no_call(site: Site) -> None:
    sockets = [await site.connect(f"{WATCH}?resumeToken=0") for _ in range(5)]
    sockets += [await site.connect() for _ in range(5)]
    for socket in sockets:
        await receive(socket)
    assert site.service.open == 6
    for socket in sockets:
        socket.transport.abort()
    await site.quiet()


async def test_a_service_that_is_down(site: Site) -> None:
    await site.server.stop(None)
    async with site.connect() as socket:
        [end] = await receive(socket)
        assert end["end"]["message"] == "The service is not available. Try again in a moment."
        assert await closing(socket) == (1013, "UNAVAILABLE")
    await site.quiet()


async def test_a_service_that_stops(site: Site) -> None:
    async with site.connect() as socket:
        await receive(socket)
        await site.server.stop(None)
        [end] = await receive(socket)
        assert end["end"]["code"] in {code_pb2.UNAVAILABLE, code_pb2.CANCELLED}
        assert (await closing(socket))[0] == 1013
    await site.quiet()


async def test_unknown_path(site: Site) -> None:
    with pytest.raises(InvalidStatus) as raised:
        await site.connect("/v1/nothing:watch")
    assert raised.value.response.status_code == 404
    assert json.loads(raised.value.response.body or b"")["code"] == code_pb2.NOT_FOUND
