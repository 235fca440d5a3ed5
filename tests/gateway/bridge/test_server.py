"""The bridge as a server: pages, limits, restart, and many sockets."""

import asyncio
import json
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from google.rpc import code_pb2
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from tests.gateway.bridge.site import QUICK, WATCH, Site, closing, open_site, receive, until


async def _get(site: Site, path: str) -> tuple[int, dict[str, str], bytes]:
    reader, writer = await asyncio.open_unix_connection(str(site.socket))
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: bridge\r\n\r\n".encode())
        async with asyncio.timeout(5):
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
        await writer.wait_closed()
    status, *lines = head.decode().split("\r\n")
    return int(status.split()[1]), dict(line.lower().split(": ", 1) for line in lines), body


async def test_pages(tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_text('{"openapi":"3.1.0"}')
    (tmp_path / "reference.html").write_text("<h1>API</h1>")
    async with open_site(pages=tmp_path) as site:
        assert (await _get(site, "/healthz"))[::2] == (200, b'{"status":"SERVING"}')
        assert (await _get(site, "/openapi.json"))[2] == b'{"openapi":"3.1.0"}'
        status, headers, body = await _get(site, "/docs")
    assert (status, headers["content-type"], body) == (200, "text/html; charset=utf-8", b"<h1>API</h1>")
    assert "server" not in headers


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nothing", 404, code_pb2.NOT_FOUND),
        ("/docs", 404, code_pb2.NOT_FOUND),
        (WATCH, 426, code_pb2.FAILED_PRECONDITION),
    ],
)
async def test_errors_are_json(site: Site, path: str, status: int, code: int) -> None:
    answered, headers, body = await _get(site, path)
    assert (answered, headers["content-type"]) == (status, "application/json")
    assert json.loads(body)["code"] == code


async def test_one_socket_too_many() -> None:
    async with open_site(replace(QUICK, sockets=2)) as site:
        first, second = await site.connect(), await site.connect()
        await receive(first)
        with pytest.raises(InvalidStatus) as raised:
            await site.connect()
        assert raised.value.response.status_code == 503
        assert raised.value.response.headers["Retry-After"] == "5"
        await second.close()
        await until(lambda: site.bridge.open_sockets == 1)
        third = await site.connect()
        await receive(third)
        await first.close()
        await third.close()


async def test_a_restart_hands_out_resume_tokens() -> None:
    async with open_site(replace(QUICK, token_seconds=30)) as site:
        await site.service.publish("a", "b")
        sockets = [await site.connect(), await site.connect(f"{WATCH}?resumeToken=1")]
        await receive(sockets[0])
        await receive(sockets[1], 2)
        waiting = await site.connect(token="")
        closed = asyncio.gather(*(_last(socket) for socket in [*sockets, waiting]))
        await asyncio.sleep(0.05)
    for end, code in await closed:
        assert (end["end"]["code"], code) == (code_pb2.UNAVAILABLE, 1012)
    assert [end.get("resumeToken") for end, _ in await closed] == ["2", "2", None]


async def _last(socket: ClientConnection) -> tuple[dict[str, Any], int | None]:
    [end] = await receive(socket)
    return end, (await closing(socket))[0]


@pytest.mark.parametrize("query", ["", "?resumeToken=0"])
async def test_a_reader_that_stalls_is_closed_with_its_token(query: str) -> None:
    limits = replace(QUICK, backlog_bytes=64 * 1024, close_seconds=5)
    async with open_site(limits) as site, site.connect(WATCH + query, max_queue=1) as slow:
        await receive(slow)
        text = "x" * 20_000
        for number in range(60):
            await site.service.publish(f"{number} {text}")
            await asyncio.sleep(0.002)
        await asyncio.sleep(limits.stall_seconds + 0.3)
        frames = []
        async with asyncio.timeout(10):
            while "end" not in (frame := json.loads(await slow.recv())):
                frames.append(frame)
        assert (await closing(slow))[0] == 4413
        assert 0 < len(frames) < 60
        assert [frame["resumeToken"] for frame in frames] == [str(n + 1) for n in range(len(frames))]
        assert frame["resumeToken"] == frames[-1]["resumeToken"]
        [info] = frame["end"]["details"]
        assert (info["reason"], info["metadata"]["resumeToken"]) == ("READER_TOO_SLOW", frame["resumeToken"])
        async with site.connect(f"{WATCH}?resumeToken={frame['resumeToken']}") as again:
            rest = (await receive(again, 61 - len(frames)))[1:]
        assert rest[0]["event"]["finding"]["title"].startswith(f"{len(frames)} ")
        await site.quiet()


async def test_a_reader_that_never_reads_is_cut_off_and_others_go_on() -> None:
    limits = replace(QUICK, backlog_bytes=64 * 1024)
    async with open_site(limits) as site, site.connect() as quick:
        dead = await site.connect(max_queue=1)
        await receive(quick)
        seen = asyncio.create_task(receive(quick, 60))
        for number in range(60):
            await site.service.publish(f"{number} {'x' * 20_000}")
            await asyncio.sleep(0.002)
        assert [frame["resumeToken"] for frame in await seen] == [str(n + 1) for n in range(60)]
        await until(lambda: site.bridge.open_sockets == 1)
        dead.transport.abort()
        await quick.close()
        await site.quiet()


async def test_a_thousand_sockets_see_a_commit_at_once() -> None:
    async with open_site(replace(QUICK, close_seconds=10)) as site:
        sockets: list[ClientConnection] = []
        for _ in range(20):
            sockets += await asyncio.gather(*(site.connect(ping_interval=None) for _ in range(50)))
        for socket in sockets:
            await receive(socket)
        assert (site.bridge.open_calls, site.service.open, site.bridge.open_sockets) == (1, 1, 1000)
        slowest = [await _broadcast(site, sockets) for _ in range(5)]
        # The clients, all in this process, take most of this time; a benchmark measures the bridge alone.
        assert statistics.median(slowest) < 0.5
        for socket in sockets:
            socket.transport.abort()
        await site.quiet()


async def _broadcast(site: Site, sockets: list[ClientConnection]) -> float:
    """Publishes one finding and returns how many seconds later the last socket has it."""
    received = [asyncio.create_task(socket.recv()) for socket in sockets]
    await asyncio.sleep(0.05)
    start = time.perf_counter()
    await site.service.publish("Weak cipher")
    frames = set(await asyncio.gather(*received))
    assert len(frames) == 1
    return time.perf_counter() - start
