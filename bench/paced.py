"""Load at a rate that doesn't depend on the answers: each request has its time, and its latency counts from there.

As a program it is a process of its own: arguments are the JSON of `paced`'s, and it prints what came of it as JSON.
"""

import asyncio
import itertools
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import uvloop

_HEADERS_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Paced:
    """What came of a run: latencies in milliseconds, and how many answers had which status."""

    seconds: float
    latencies: tuple[float, ...]
    statuses: dict[str, int]

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.seconds

    def answered(self, status: int) -> float:
        """Answers with a status per second."""
        return self.statuses.get(str(status), 0) / self.seconds


async def paced(
    port: int, path: str | Sequence[str], token: str, rate: float, seconds: float, connections: int = 16
) -> Paced:
    """Sends `rate` GET requests a second to 127.0.0.1, for some seconds, over as many connections at most.

    Args:
        port: Where to.
        path: What is asked for; several in turn.
        token: Whose requests they are.
        rate: Requests a second.
        seconds: How long.
        connections: How many requests may be under way.
    """
    rest = f" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n"
    requests = itertools.cycle([f"GET {one}{rest}".encode() for one in ([path] if isinstance(path, str) else path)])
    begun = time.perf_counter()
    due = iter([(begun + number / rate, next(requests)) for number in range(int(rate * seconds))])
    parts = await asyncio.gather(*(_connection(port, due) for _ in range(connections)))
    answers = list(itertools.chain.from_iterable(parts))
    counted = Counter(status for status, _ in answers)
    return Paced(time.perf_counter() - begun, tuple(latency for _, latency in answers), dict(counted))


async def elsewhere(**arguments: Any) -> Paced:  # noqa: ANN401 - those of `paced`
    """Does the same in a process of its own."""
    command = [sys.executable, "-m", "bench.paced", json.dumps(arguments)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    found = json.loads(output)
    return Paced(found["seconds"], tuple(found["latencies"]), found["statuses"])


async def _connection(port: int, requests: Iterator[tuple[float, bytes]]) -> list[tuple[str, float]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = []
    for due, request in requests:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        writer.write(request)
        head = await reader.readuntil(_HEADERS_END)
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        answers.append((head[9:12].decode(), round(1000 * (time.perf_counter() - due), 3)))
    writer.close()
    return answers


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(uvloop.run(paced(**json.loads(sys.argv[1]))))))
