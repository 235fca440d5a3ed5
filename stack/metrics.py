"""One Prometheus page for the whole stack: every process's own page, told apart by the label ``process``.

Works on the text format as it is (prometheus.io/docs/instrumenting/exposition_formats), so that nothing is lost
between two libraries' ideas of a metric.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import h11

from stack import http
from stack.component import MetricsSource
from stack.status import ComponentStatus, State, memory

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class _Family:
    """One metric's comment lines and samples."""

    comments: list[str] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)


def merge(pages: Mapping[str, str]) -> str:
    """One page out of ``pages``, which are by process; samples get that as their first label."""
    families: dict[str, _Family] = {}
    for process, page in pages.items():
        current = ""
        for line in page.splitlines():
            if line.startswith(("# HELP ", "# TYPE ")):
                current = line.split(" ", 3)[2]
                _comment(families.setdefault(current, _Family()), line)
            elif line and not line.startswith("#") and (name := _NAME.match(line)):
                of = current if current and name[0].startswith(current) else name[0]
                families.setdefault(of, _Family()).samples.append(_labelled(line, name[0], process))
    lines = [line for family in families.values() for line in (*family.comments, *family.samples)]
    return "\n".join([*lines, ""])


def own_page(statuses: Sequence[ComponentStatus]) -> str:
    """What the supervisor knows of its components."""
    rows = {
        "xorb_component_up gauge": [(s.name, int(s.state in {State.UP, State.DONE})) for s in statuses],
        "xorb_component_restarts_total counter": [(s.name, s.restarts) for s in statuses],
        "xorb_component_memory_bytes gauge": [(s.name, memory(s.pid)) for s in statuses],
    }
    lines = []
    for title, values in rows.items():
        lines.append(f"# TYPE {title}")
        lines += [f'{title.split(" ")[0]}{{component="{name}"}} {value}' for name, value in values]
    return "\n".join([*lines, ""])


async def collect(sources: Mapping[str, MetricsSource]) -> dict[str, str]:
    """The page of each of ``sources`` that answers within two seconds."""
    pages = await asyncio.gather(*(_page(source) for source in sources.values()))
    return {name: page for name, page in zip(sources, pages, strict=True) if page}


@contextlib.asynccontextmanager
async def serve(
    port: int, sources: Mapping[str, MetricsSource], statuses: Callable[[], Sequence[ComponentStatus]]
) -> AsyncIterator[None]:
    """Serve the merged page at ``http://127.0.0.1:port/metrics`` while inside.

    Raises:
        OSError: the port cannot be taken.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(10):
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith((b"GET /metrics ", b"GET / ")):
                    writer.write(_response(merge({"stack": own_page(statuses()), **await collect(sources)})))
                else:
                    writer.write(_NOT_FOUND)
                await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port):
        yield


async def _page(source: MetricsSource) -> str:
    try:
        response = await http.request(source.address, "GET", source.path, seconds=2)
    except (OSError, TimeoutError, h11.RemoteProtocolError):
        return ""
    return response.body.decode("utf-8", "replace")


def _comment(family: _Family, line: str) -> None:
    kind = line[:7]
    if not any(known.startswith(kind) for known in family.comments):
        family.comments.append(line)


def _labelled(line: str, name: str, process: str) -> str:
    rest = line[len(name) :]
    label = f'process="{process}"'
    if rest.startswith("{}"):
        return f"{name}{{{label}}}{rest[2:]}"
    if rest.startswith("{"):
        return f"{name}{{{label},{rest[1:]}"
    return f"{name}{{{label}}}{rest}"


def _response(page: str) -> bytes:
    body = page.encode()
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
