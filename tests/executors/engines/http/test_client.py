"""The client goes where the guard lets it, and no further."""

import asyncio

import pytest

from services.executors.domain import OutOfScope
from services.executors.engines.http.client import BODY_BYTES, Client, Unanswered, Unresponsive
from services.executors.guard import Guard
from services.executors.pace import Pace
from services.executors.resolver import resolver_for
from services.executors.urls import Url, parse_url
from tests.executors.servers import LOOPBACK, Handler, Site, serve


def client(kept: list[bytes] | None = None) -> Client:
    """A client of the loopback scope with a short patience."""
    keep = [] if kept is None else kept
    return Client(Guard(LOOPBACK, resolver_for(None)), Pace(1000), keep.append, seconds=1.0)


def at(port: int, path: str = "/") -> Url:
    """A URL of the server under test."""
    return parse_url(f"http://127.0.0.1:{port}{path}")


async def test_a_page_is_fetched_once_and_noted() -> None:
    site = Site({"/": (200, {"X-Thing": "a", "Content-Type": "text/html"}, b"hello")})
    kept: list[bytes] = []
    async with serve(site) as port:
        one = client(kept)
        for _ in range(2):
            page = await one.fetch(at(port))
        assert (page.status, page.value("x-thing"), page.body, page.is_html) == (200, "a", b"hello", True)
    assert len(site.asked) == 1
    assert site.asked[0][2]["host"] == f"127.0.0.1:{port}"
    assert b'"status": 200' in kept[0]


async def test_a_body_is_read_to_the_limit() -> None:
    async with serve(Site({"/": (200, {}, b"x" * (BODY_BYTES + 1))})) as port:
        assert len((await client().fetch(at(port))).body) == BODY_BYTES
        assert len((await client().fetch(at(port), limit=10)).body) == 10


async def test_redirects_are_followed_on_the_site() -> None:
    site = Site({"/": (302, {"Location": "a"}, b""), "/a": (301, {"Location": "/b?c"}, b""), "/b?c": (200, {}, b"end")})
    async with serve(site) as port:
        chain = await client().follow(at(port))
    assert [answer.status for answer in chain] == [302, 301, 200]


async def test_redirects_in_circles_end() -> None:
    site = Site({"/": (302, {"Location": "/a"}, b""), "/a": (302, {"Location": "/"}, b"")})
    async with serve(site) as port:
        assert len(await client().follow(at(port))) == 2


class Counter(Site):
    """Redirects to ever another page."""

    def answer(self, method: str, target: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        return 302, {"Location": f"/{len(self.asked)}"}, b""


async def test_redirects_without_end_end() -> None:
    async with serve(Counter({})) as port:
        assert len(await client().follow(at(port))) == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2:{other}/",
        "http://localhost:{other}/",
        "http://127.0.0.1:{other}/",
        "http://2130706433:{other}/",
        "http://0x7f.1:{other}/",
        "http://[::ffff:127.0.0.1]:{other}/",
        "http://user@127.0.0.1:{other}/",
        "//127.0.0.1:{other}/",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{other}/",
        "\\\\127.0.0.1:{other}/",
    ],
)
async def test_a_redirect_elsewhere_is_not_followed(location: str) -> None:
    trap = Site({})
    async with serve(trap) as other:
        site = Site({"/": (302, {"Location": location.format(other=other)}, b"")})
        async with serve(site) as port:
            chain = await client().follow(at(port))
    assert [answer.status for answer in chain] == [302] or chain[1].status == 404
    assert trap.asked == []


@pytest.mark.parametrize("url", ["http://127.0.0.2/", "http://localhost/", "http://[::1]/", "https://10.0.0.1/"])
async def test_a_page_out_of_scope_is_refused(url: str) -> None:
    with pytest.raises(OutOfScope):
        await client().fetch(parse_url(url))


def speaking(words: bytes) -> Handler:
    """A server that says the same whatever it is asked."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(words)
        await writer.drain()

    return handle


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"SSH-2.0-thing\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nA\0B: x\r\n\r\n",
        b"HTTP/one 200 OK\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_no_answer(words: bytes) -> None:
    async with serve(speaking(words)) as port:
        with pytest.raises(Unanswered):
            await client().fetch(at(port))


async def test_a_site_that_does_not_answer_three_times_is_left_alone() -> None:
    async with serve(speaking(b"")) as port:
        one = client()
        for path in ("/a", "/b"):
            with pytest.raises(Unanswered):
                await one.fetch(at(port, path))
        with pytest.raises(Unresponsive):
            await one.fetch(at(port, "/c"))
