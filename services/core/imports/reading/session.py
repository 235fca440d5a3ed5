"""The parent's side: starts the reading process, gives it the bytes it asks for, and takes what it tells."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from xorb.core.v1 import finding_pb2

from services.core.imports.reading import frames
from services.core.imports.reading.__main__ import MEMORY
from services.core.imports.reading.frames import HEAD, NUMBER, Broken, Order, frame
from services.executors import sandbox
from services.mesh import tasks

COMMAND = (sys.executable, "-P", "-m", "services.core.imports.reading")
"""The child's command line, to which the parent process is added."""

_ROOT = Path(__file__).resolve().parents[4]
_WAITING = 3
_SILENCE = 120.0
_CENSUS_SECONDS = 0.5
_DIAGNOSTICS = 4096

Blocks: TypeAlias = Callable[[int], Awaitable[bytes]]
"""Gives the bytes of the file from a position on, as many as there are at hand; none at the end."""


@dataclass(frozen=True, slots=True)
class Recognized:
    """The file's format is known."""

    format: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that come next, without those that are told as mended.

    Attributes:
        after: The number of records up to and with this batch.
        reports: Their sightings; each identifier is the record's number, from 0.
    """

    after: int
    reports: Sequence[finding_pb2.SightingReport]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Records that can't be read."""

    position: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class End:
    """The file's end, or as far as it can be read: how many records, and why not further."""

    records: int
    reason: str = ""


News: TypeAlias = Recognized | Batch | LeftOut | End


class Lost(Exception):
    """The reading process has ended without having been told to: another one may fare better."""


@dataclass
class Session:
    """One reading of a file.

    Args:
        order: What to read.
        blocks: Where the file's bytes come from.
        command: The child's command line.
        silence: Seconds that the child may take from one frame to the next.
    """

    order: Order
    blocks: Blocks
    command: Sequence[str] = COMMAND
    silence: float = _SILENCE
    _news: "asyncio.Queue[News]" = field(default_factory=lambda: asyncio.Queue(_WAITING))
    _excess: str = ""
    _diagnostics: bytes = b""

    async def news(self) -> AsyncGenerator[News, None]:
        """Yields what the file holds; the last one is the end. No child is left, however this ends.

        Raises:
            Lost: The child died.
        """
        process = await asyncio.create_subprocess_exec(
            *self.command,
            str(os.getpid()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            env=_environment(),
            limit=1024 * 1024,
        )
        work = [
            asyncio.create_task(part) for part in (self._listen(process), self._count(process), self._drain(process))
        ]
        try:
            async for one in self._told(work[0]):
                yield one
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            sandbox.kill_group(process.pid)
            await tasks.end(*work)
            await process.wait()

    async def _told(self, listening: "asyncio.Task[None]") -> AsyncGenerator[News, None]:
        while True:
            waiting = asyncio.create_task(self._news.get())
            try:
                await asyncio.wait({waiting, listening}, return_when=asyncio.FIRST_COMPLETED)
                if not waiting.done() and self._news.empty():
                    yield self._ended(listening)
                    return
                one = await waiting
            finally:
                await tasks.end(waiting)
            yield one
            if isinstance(one, End):
                return

    def _ended(self, listening: "asyncio.Task[None]") -> End:
        """Returns the end of a child that didn't say so: the file's fault where a limit was reached."""
        if self._excess:
            return End(0, self._excess)
        error = listening.exception()
        if isinstance(error, TimeoutError):
            return End(0, f"it can't be read within {self.silence:g} seconds a piece")
        raise Lost(self._diagnostics.decode(errors="replace")[-500:]) from error

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None  # noqa: S101 - it was started with its pipes
        process.stdin.write(frame(b"O", self.order.to_bytes()))
        while True:
            async with asyncio.timeout(self.silence):
                kind, content = await _received(process)
            if kind == b"R":
                process.stdin.write(frame(b"C", await self.blocks(NUMBER.unpack(content)[0])))
                await process.stdin.drain()
            else:
                await self._news.put(_news(kind, content))

    async def _count(self, process: asyncio.subprocess.Process) -> None:
        """Ends the child where its memory is more than it may have: RLIMIT_DATA doesn't see all of it."""
        while sandbox.census(process.pid).resident_bytes <= MEMORY:  # noqa: ASYNC110 - nobody tells of memory
            await asyncio.sleep(_CENSUS_SECONDS)
        self._excess = "it needs more memory than a file may take"
        process.kill()

    async def _drain(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None  # noqa: S101 - it was started with its pipes
        while chunk := await process.stderr.read(_DIAGNOSTICS):
            self._diagnostics = (self._diagnostics + chunk)[-_DIAGNOSTICS:]


async def _received(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    assert process.stdout is not None  # noqa: S101 - it was started with its pipes
    kind, length = HEAD.unpack(await process.stdout.readexactly(HEAD.size))
    if length > frames.MOST:
        raise Broken("the frame is too long")
    return kind, await process.stdout.readexactly(length)


def _news(kind: bytes, content: bytes) -> News:
    match kind:
        case b"F":
            return Recognized(content.decode()[:100])
        case b"B":
            batch = finding_pb2.RecordSightingsRequest.FromString(content[NUMBER.size :])
            return Batch(NUMBER.unpack(content[: NUMBER.size])[0], batch.sightings)
        case b"X":
            left = frames.heard(content)
            return LeftOut(str(left["position"]), str(left["reason"]), int(left["count"]))
        case b"E":
            end = frames.heard(content)
            return End(int(end["records"]), str(end["reason"])[:1000])
    raise Broken("a frame of no known kind")


def _environment() -> dict[str, str]:
    """The child's environment: where its code is, which it is told by this process's own way to find it."""
    ways = [str(_ROOT), *(entry for entry in sys.path if entry)]
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(ways)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "MALLOC_ARENA_MAX": "2",
    }
