"""`xorb status`, at an address that speaks both HTTP/1.1 and gRPC as the edge does, or only one of them."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from tests.cli.conftest import Xorb
from tests.cli.platform import EMAIL


class _Pages(BaseHTTPRequestHandler):
    healthy = True

    def do_GET(self) -> None:
        body = b'{"info": {"version": "1.2.3"}}' if self.path == "/openapi.json" else b"{}"
        self.send_response(200 if self.healthy else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
        return


@pytest.fixture
def pages() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def _edge(pages: str, calls: str) -> Iterator[str]:
    """Forwards what begins like HTTP/2 to `calls`, and everything else to `pages`."""
    loop = asyncio.new_event_loop()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(3)
        to_reader, to_writer = await asyncio.open_connection(
            "127.0.0.1", urlsplit(calls if first == b"PRI" else pages).port
        )
        to_writer.write(first)
        await asyncio.gather(_pipe(reader, to_writer), _pipe(to_reader, writer))

    server = loop.run_until_complete(asyncio.start_server(forward, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        return
    finally:
        writer.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


def _address(xorb: Xorb) -> str:
    return str(json.loads(xorb("status", "-o", "json").out)["server"])


def test_all_is_well(xorb: Xorb, pages: str) -> None:
    with _edge(pages, _address(xorb)) as address:
        result = xorb("--server", address, "status", "--output", "json")
        seen = json.loads(result.out)
        assert (result.code, seen["health"], seen["calls"], seen["api_version"]) == (0, "ok", "ok", "1.2.3")
        assert xorb("--server", address, "status").code == 0


def test_only_calls(xorb: Xorb) -> None:
    result = xorb("status", "-o", "json")
    seen = json.loads(result.out)
    assert (result.code, seen["calls"], seen["well"], seen["account"]) == (1, "ok", False, EMAIL)
    assert seen["health"] == "answers, but not in HTTP"


def test_only_pages(xorb: Xorb, pages: str) -> None:
    result = xorb("--server", pages, "status", "-o", "json")
    seen = json.loads(result.out)
    assert (result.code, seen["health"], seen["calls"], seen["account"]) == (1, "ok", "unavailable", "")


def test_unhealthy(xorb: Xorb, pages: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Pages, "healthy", False)
    seen = json.loads(xorb("--server", pages, "status", "-o", "json").out)
    assert seen["health"] == "answers with HTTP status 503"
