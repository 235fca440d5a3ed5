"""Targets that hang, flood or never end cost a run its time and nothing else."""

import asyncio
import time

import pytest

from services.executors.domain import Kind, Limits, Observation, Outcome, Progress, Reason, Service, Task
from services.executors.runner import run
from tests.executors.servers import LOOPBACK, Handler, endless, serve, silent, task

MEMORY = 256 * 1024 * 1024


async def ignore(_: Progress | Observation) -> None:
    """Take what is told and do nothing about it."""


class Flood:
    """Writes without end, what a client waits for first; remembers the most that one connection took."""

    def __init__(self, first: bytes, chunk: bytes) -> None:
        self._first = first
        self._chunk = chunk
        self.taken = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self._first)
        self.taken = max(self.taken, await endless(writer, self._chunk))


async def outcome(handler: Handler, executor: str, seconds: float) -> tuple[Outcome, float]:
    """Run an executor against one server; gives its outcome and the seconds it took."""
    async with serve(handler) as port:
        began = time.monotonic()
        limits = Limits(seconds=seconds, memory_bytes=MEMORY)
        found = await run(task(executor, port, limits=limits), ignore)
        return found, time.monotonic() - began


async def test_a_banner_of_100_mb_costs_512_bytes() -> None:
    flood = Flood(b"220 FTP ", b"A" * 65536)
    found, seconds = await outcome(flood, "ports", 20)
    assert found.reason is None
    assert [service.name for service in found.services] == ["ftp"]
    assert len(found.services[0].banner) <= 512
    assert flood.taken < 16 * 1024 * 1024  # what the kernel's own buffers took, no more
    assert seconds < 8


async def test_a_server_that_never_answers_is_an_open_port_without_a_name() -> None:
    found, seconds = await outcome(silent, "ports", 20)
    assert found.reason is None
    assert [(service.name, service.banner) for service in found.services] == [("", "")]
    assert seconds < 10


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    ("first", "chunk"),
    [
        (HEAD + b"\r\n<title>Index of /</title>", b"A" * 65536),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"A" * 65536 + b"\r\n"),
        (HEAD + b"Content-Length: 99999999999\r\n\r\n", b"A" * 65536),
    ],
    ids=["until-close", "chunked", "huge-length"],
)
async def test_an_endless_body_is_read_to_its_limit(first: bytes, chunk: bytes) -> None:
    flood = Flood(first, chunk)
    found, seconds = await outcome(flood, "http", 60)
    assert found.reason is None
    assert "http.missing-csp" in {observation.check for observation in found.observations}
    assert flood.taken < 16 * 1024 * 1024
    assert seconds < 30


@pytest.mark.parametrize(
    ("first", "chunk"),
    [
        (HEAD, b"X-More: yes\r\n" * 1000),
        (HEAD + b"X-Long: ", b"A" * 65536),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
        (b"", b"\r\n" * 30000),
        (b"", b"\0" * 65536),
    ],
    ids=["headers", "one-header", "interim-answers", "blank-lines", "zeros"],
)
async def test_an_endless_head_is_given_up(first: bytes, chunk: bytes) -> None:
    flood = Flood(first, chunk)
    found, seconds = await outcome(flood, "http", 60)
    assert (found.reason, found.observations) == (None, ())
    assert flood.taken < 16 * 1024 * 1024
    assert seconds < 15


async def test_a_web_server_that_never_answers_is_given_up() -> None:
    found, seconds = await outcome(silent, "http", 60)
    assert (found.reason, found.observations) == (None, ())
    assert seconds < 25


async def test_a_server_that_drips_is_given_up() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in HEAD * 100:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.5)

    found, seconds = await outcome(drip, "http", 60)
    assert (found.reason, found.observations) == (None, ())
    assert seconds < 25


@pytest.mark.parametrize("executor", ["http", "tls", "ports"])
async def test_the_clock_is_the_last_word(executor: str) -> None:
    """Many silent ports take longer than the run may; what there is by then is kept."""
    async with serve(silent) as port:
        services = tuple(Service("127.0.0.1", port, name="https", tls=True) for _ in range(1))
        ports = tuple([port] * 2000)
        one = Task(executor, "127.0.0.1", Kind.HOST, LOOPBACK, ports, Limits(seconds=3), services=services)
        began = time.monotonic()
        found = await run(one, ignore)
        assert (found.reason, found.truncated) == (Reason.TIME_LIMIT, True)
        assert time.monotonic() - began < 6


async def test_a_tls_server_that_floods_is_no_tls_server() -> None:
    flood = Flood(b"", b"\x16\x03\x01\xff\xff" + b"A" * 65536)
    async with serve(flood) as port:
        one = Task(
            "tls",
            "127.0.0.1",
            Kind.HOST,
            LOOPBACK,
            limits=Limits(seconds=30, memory_bytes=MEMORY),
            services=(Service("127.0.0.1", port, tls=True),),
        )
        found = await run(one, ignore)
    assert found.observations == ()
    assert found.reason is None
