"""What the edge does when there is too much of something: connections, memory, failures, readers that don't read."""

import asyncio
import shutil
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import yaml
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, unix_serve

from stack import http
from stack.edge_bounds import bounds
from stack.errors import StackError
from stack.polling import until
from stack.settings import load, project_root
from tests.stack.edge_under_test import Edge, running

GET = b"GET /v1/things/a HTTP/1.1\r\nhost: edge\r\n\r\n"


@asynccontextmanager
async def connected(edge: Edge) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    plain = socket.socket()
    # What a reader has no room for has to wait elsewhere.
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
    plain.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", edge.address.port))
    reader, writer = await asyncio.open_connection(sock=plain, limit=16384)
    try:
        yield reader, writer
    finally:
        writer.close()


async def stats(edge: Edge, name: str) -> int:
    """The sum of Envoy's figures whose names end so."""
    admin = http.Address(port=edge.settings.ports["XORB_ENVOY_ADMIN_PORT"])
    lines = (await http.request(admin, "GET", f"/stats?filter={name}$")).body.decode().splitlines()
    return sum(int(line.rpartition(":")[2]) for line in lines)


async def test_connections_are_bounded_and_the_open_ones_go_on() -> None:
    async with running(XORB_EDGE_CONNECTIONS="20") as edge, AsyncExitStack() as stack:
        kept = [await stack.enter_async_context(connected(edge)) for _ in range(12)]
        for reader, writer in kept:
            writer.write(GET)
            assert (await asyncio.wait_for(reader.readuntil(b"\r\n"), 5)) == b"HTTP/1.1 200 OK\r\n"
        more = [await stack.enter_async_context(connected(edge)) for _ in range(12)]
        refused = 0
        for reader, writer in more:
            try:
                writer.write(GET)
                refused += await asyncio.wait_for(reader.read(1), 5) == b""
            except ConnectionError:
                refused += 1
        assert refused
        for reader, writer in kept:
            await reader.readuntil(b"\r\n\r\n")
            await reader.readuntil(b"}")
            writer.write(GET)
            assert (await asyncio.wait_for(reader.readuntil(b"\r\n"), 5)).endswith(b"HTTP/1.1 200 OK\r\n")


async def test_without_memory_nothing_new_is_taken(tmp_path: Path) -> None:
    """The same configuration, but the edge counts as short of memory from the start."""
    shutil.copytree(project_root() / "envoy", tmp_path / "envoy")
    path = tmp_path / "envoy" / "edge.yaml"
    template = yaml.safe_load(path.read_text())
    [action] = [one for one in template["overload_manager"]["actions"] if one["name"].endswith("accepting_requests")]
    action["triggers"][0]["threshold"]["value"] = 0.0001
    path.write_text(yaml.safe_dump(template))
    async with running(tmp_path, ("core",)) as edge:

        async def overloaded() -> bool:
            return await stats(edge, "stop_accepting_requests.active") == 1

        await until(overloaded, 10)
        response = await edge.call("GET", "/v1/things/a")
    assert response.status == 503
    [info] = response.json()["details"]
    assert (response.json()["code"], info["reason"]) == (14, "UNAVAILABLE")


async def test_old_connections_end_but_not_what_is_open_on_them() -> None:
    async def echo(other: ServerConnection) -> None:
        async for message in other:
            await other.send(message)

    async with running(XORB_EDGE_CONNECTION_SECONDS="0.5") as edge, AsyncExitStack() as stack:
        await stack.enter_async_context(unix_serve(echo, str(edge.run / "bridge.sock")))
        url = f"ws://127.0.0.1:{edge.address.port}/v1/things/a:watch"
        talk = await stack.enter_async_context(connect(url, proxy=None))
        watch, writer = await stack.enter_async_context(connected(edge))
        writer.write(GET.replace(b"things/a", b"things/endless:watch"))
        old, asking = await stack.enter_async_context(connected(edge))
        asking.write(GET)
        assert b"connection: close" not in await asyncio.wait_for(old.readuntil(b"\r\n\r\n"), 5)
        await old.readuntil(b"}")
        begun = time.monotonic()
        # Longer than a connection may last, and than the time to come to an end.
        while time.monotonic() - begun < 3.5:
            await asyncio.wait_for(watch.readuntil(b'"size":1'), 5)
        await talk.send("still there")
        assert await asyncio.wait_for(talk.recv(), 5) == "still there"
        asking.write(GET)
        assert b"connection: close" in await asyncio.wait_for(old.readuntil(b"\r\n\r\n"), 5)


async def test_the_last_endpoint_is_kept_however_it_fails() -> None:
    async with running() as edge:
        for _ in range(12):
            response = await edge.call("GET", "/v1/things/away")
            assert response.status == 503
        assert (await edge.call("GET", "/v1/things/a")).status == 200
        assert await stats(edge, "ejections_active") == 0


async def test_what_fails_is_not_repeated_beyond_the_budget() -> None:
    async with running() as edge:
        responses = await asyncio.gather(*(edge.call("GET", "/v1/things/away") for _ in range(200)))
        assert {response.status for response in responses} == {503}
        assert 200 <= edge.servicer.away <= 240


async def test_a_client_that_leaves_ends_the_call_behind_the_edge() -> None:
    async with running() as edge:
        async with AsyncExitStack() as stack:
            for _ in range(20):
                reader, writer = await stack.enter_async_context(connected(edge))
                writer.write(GET.replace(b"things/a", b"things/endless:watch"))
                await asyncio.wait_for(reader.readuntil(b'"size":1'), 5)
            assert edge.servicer.watching == 20

        async def none() -> bool:
            return edge.servicer.watching == 0

        await until(none, 5)


async def test_readers_that_do_not_read_hold_up_nobody() -> None:
    """Each has as much waiting as it may; what is more than that waits in the service, which is not asked for more."""
    async with running() as edge, AsyncExitStack() as stack:
        for _ in range(100):
            _, writer = await stack.enter_async_context(connected(edge))
            writer.write(GET.replace(b"things/a", b"things/flood:watch"))

        async def settled() -> bool:
            before = edge.servicer.sent
            await asyncio.sleep(0.3)
            return edge.servicer.watching == 100 and edge.servicer.sent == before

        await until(settled, 30)
        assert edge.servicer.sent < 100 * 1024 * 1024
        assert (await edge.call("GET", "/v1/things/a")).status == 200
        assert (await edge.call("GET", "/v1/things/a:watch")).body.count(b"data: ") == 4


@pytest.mark.parametrize("text", ["0", "-1", "many", "inf", "nan"])
def test_bounds_are_positive_numbers(text: str) -> None:
    with pytest.raises(StackError, match="XORB_EDGE_HEAP_MIB"):
        bounds(load({"XORB_EDGE_HEAP_MIB": text}))
