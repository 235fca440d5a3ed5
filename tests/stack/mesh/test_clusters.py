"""The clusters of the mesh in a real Envoy: an endpoint that fails is left out for a while, and comes back."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from stack import http
from stack.component import Component
from stack.components.environment import plain_environment
from stack.components.envoy import program
from stack.mesh.clusters import cluster, protocol
from stack.mesh.topology import own_pipe, pipe
from stack.polling import until
from stack.runner import Runner
from stack.settings import load

REQUESTS = 40
FILTERS = "type.googleapis.com/envoy.extensions.filters"


@dataclass
class Endpoint:
    """A server that answers everything with its status, and counts."""

    path: Path
    status: int = 200
    asked: int = field(default=0, init=False)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await _head(reader):
            self.asked += 1
            writer.write(f"HTTP/1.1 {self.status} X\r\ncontent-length: 0\r\n\r\n".encode())
        writer.close()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


@asynccontextmanager
async def envoy(folder: Path, endpoints: list[Endpoint]) -> AsyncIterator[http.Address]:
    """Runs Envoy with a cluster of the endpoints, as the mesh makes them, and gives where it listens."""
    listening, admin = folder / "in.sock", folder / "admin.sock"
    settings = load({"XORB_HOME": str(folder)})
    config = folder / "envoy.json"
    config.write_text(json.dumps(_bootstrap(listening, admin, [one.path for one in endpoints])), encoding="utf-8")
    component = Component(
        name="envoy",
        command=(str(program()), "--config-path", str(config), "--disable-hot-restart", "--concurrency", "1"),
        environment=plain_environment(settings),
        directory=folder,
        healthy=lambda: _ready(admin),
    )
    async with AsyncExitStack() as stack:
        for one in endpoints:
            await stack.enter_async_context(await asyncio.start_unix_server(one.answer, one.path))
        runner = Runner(component, folder, lambda _: None)
        await runner.start()
        stack.push_async_callback(runner.stop)
        yield http.Address(socket=listening)


def _bootstrap(listening: Path, admin: Path, paths: list[Path]) -> dict[str, Any]:
    manager = {
        "@type": f"{FILTERS}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "in",
        "http_filters": [
            {"name": "router", "typed_config": {"@type": f"{FILTERS}.http.router.v3.Router"}},
        ],
        "route_config": {
            "virtual_hosts": [
                {"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "many"}}]}
            ]
        },
    }
    listener = {
        "address": own_pipe(listening),
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }
    many = cluster("many", [pipe(path) for path in paths], protocol("http/1.1"))
    return {
        "admin": {"address": own_pipe(admin)},
        "static_resources": {"listeners": [listener], "clusters": [many]},
    }


async def _ready(admin: Path) -> bool:
    return (await http.request(http.Address(socket=admin), "GET", "/ready")).status == 200


@pytest.fixture
def endpoints(tmp_path: Path) -> list[Endpoint]:
    return [Endpoint(tmp_path / f"{number}.sock") for number in range(2)]


async def statuses(address: http.Address) -> list[int]:
    """What as many requests are answered, one after the other."""
    return [(await http.request(address, "GET", "/")).status for _ in range(REQUESTS)]


async def test_what_fails_is_left_out_and_comes_back(tmp_path: Path, endpoints: list[Endpoint]) -> None:
    failing, good = endpoints
    async with envoy(tmp_path, endpoints) as address:
        assert await statuses(address) == [200] * REQUESTS
        assert all(one.asked for one in endpoints)
        failing.status = 503
        await statuses(address)
        before = failing.asked
        assert await statuses(address) == [200] * REQUESTS
        assert failing.asked == before
        failing.status = 200

        async def is_asked_again() -> bool:
            await statuses(address)
            return failing.asked > before

        await until(is_asked_again, 30)
        assert good.asked


async def test_when_all_fail_somebody_is_still_asked(tmp_path: Path, endpoints: list[Endpoint]) -> None:
    for one in endpoints:
        one.status = 503
    async with envoy(tmp_path, endpoints) as address:
        assert await statuses(address) == [503] * REQUESTS
        for one in endpoints:
            one.status = 200
        await until(lambda: _answers(address), 30)


async def _answers(address: http.Address) -> bool:
    return (await http.request(address, "GET", "/")).status == 200
