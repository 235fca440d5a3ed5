"""Load over HTTP/1.1: a fixed number of keep-alive connections, each with one request at a time."""

import asyncio
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass

_HEADERS_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Load:
    """What a run of load measured; latencies in milliseconds."""

    requests: int
    seconds: float
    latencies: tuple[float, ...]
    failures: int

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        """The latency that `share` of the requests (0 to 1) stay below."""
        return percentile(self.latencies, share)


def percentile(values: tuple[float, ...], share: float) -> float:
    """Returns the value that `share` of the values (0 to 1) stay below; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def get(
    port: int, path: str, token: str, *, connections: int, seconds: float, tls: ssl.SSLContext | None = None
) -> Load:
    """Sends GET requests to 127.0.0.1 until the time is over; an answer other than 200 is a failure."""
    request = _request(port, path, token)
    begun = time.perf_counter()
    until = begun + seconds
    parts = await asyncio.gather(*(_connection(port, request, until, tls) for _ in range(connections)))
    latencies = tuple(latency for part, _ in parts for latency in part)
    failures = sum(failed for _, failed in parts)
    return Load(len(latencies), time.perf_counter() - begun, latencies, failures)


async def each(port: int, paths: Sequence[str], token: str, *, connections: int) -> Load:
    """Sends a GET request to 127.0.0.1 for each of some paths; an answer other than 200 is a failure."""
    begun = time.perf_counter()
    parts = await asyncio.gather(*(_once(port, paths[first::connections], token) for first in range(connections)))
    latencies = tuple(latency for part, _ in parts for latency in part)
    return Load(len(latencies), time.perf_counter() - begun, latencies, sum(failed for _, failed in parts))


async def ready(port: int, path: str, token: str, *, tls: ssl.SSLContext | None = None) -> None:
    """Returns when a GET is answered with 200: Envoy takes a moment to notice a new upstream."""
    while (await get(port, path, token, connections=1, seconds=0.05, tls=tls)).failures:  # noqa: ASYNC110 - Envoy has no event
        await asyncio.sleep(0.1)


async def _once(port: int, paths: Sequence[str], token: str) -> tuple[list[float], int]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    latencies: list[float] = []
    failures = 0
    for path in paths:
        begun = time.perf_counter()
        failures += not await _answered(reader, writer, _request(port, path, token))
        latencies.append(1000 * (time.perf_counter() - begun))
    writer.close()
    return latencies, failures


async def _connection(port: int, request: bytes, until: float, tls: ssl.SSLContext | None) -> tuple[list[float], int]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    latencies: list[float] = []
    failures = 0
    while (begun := time.perf_counter()) < until:
        failures += not await _answered(reader, writer, request)
        latencies.append(1000 * (time.perf_counter() - begun))
    writer.close()
    return latencies, failures


def _request(port: int, path: str, token: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


async def _answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bool:
    """Sends a request and reads its answer; returns whether that is 200."""
    writer.write(request)
    head = await reader.readuntil(_HEADERS_END)
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    await reader.readexactly(length)
    return head.startswith(b"HTTP/1.1 200")
