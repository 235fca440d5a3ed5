"""Starts the process that renders, feeds it, and takes the file from it piece by piece."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from services.core.reports.model import Finding, Report
from services.core.reports.rendering import codec
from services.core.reports.rendering.__main__ import REFUSED
from services.core.reports.rendering.confinement import Limits
from services.executors import sandbox
from services.mesh import tasks

MOST_BYTES = 256 * 1024 * 1024
"""The most that a file may have."""

_ROOT = Path(__file__).resolve().parents[4]
_CHUNK = 256 * 1024
_DIAGNOSTICS = 4096


class RenderingError(Exception):
    """A report can't be rendered, and couldn't be the next time; the message is for people."""


async def render(
    name: str, report: Report, findings: AsyncIterator[list[Finding]], limits: Limits | None = None
) -> AsyncIterator[bytes]:
    """Yields a report's file in a format, as it comes.

    Args:
        name: The format, such as `pdf`.
        report: All but its findings.
        findings: They, a batch at a time; asked for as the renderer takes them.
        limits: What the renderer may use.

    Raises:
        RenderingError: The renderer refuses, or reached a limit.
    """
    limits = limits or Limits()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "services.core.reports.rendering", name),
        *(str(limits.memory), str(limits.processor_seconds), str(os.getpid())),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        env=_environment(),
    )
    feeding = asyncio.create_task(_feed(process, report, findings))
    listening = asyncio.create_task(_diagnostics(process))
    try:
        async with asyncio.timeout(limits.seconds):
            async for piece in _output(process):
                yield piece
            await feeding
            code = await process.wait()
        _judge(code, await listening)
    except TimeoutError as error:
        raise RenderingError(f"The rendering took longer than {limits.seconds:g} seconds.") from error
    finally:
        sandbox.kill_group(process.pid)
        await tasks.end(feeding, listening)
        await process.wait()


def _environment() -> dict[str, str]:
    """The child's environment: this process's settings and secrets are none of its business."""
    return {"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "2"}


async def _feed(process: asyncio.subprocess.Process, report: Report, findings: AsyncIterator[list[Finding]]) -> None:
    """Writes the report and its findings; a child that has stopped reading says elsewhere why."""
    if process.stdin is None:
        raise RuntimeError("the child was started without its pipes")
    with suppress(ConnectionError):
        process.stdin.write(codec.encode(report))
        async for batch in findings:
            for finding in batch:
                process.stdin.write(codec.encode(finding))
            await process.stdin.drain()
        process.stdin.close()
        await process.stdin.wait_closed()


async def _output(process: asyncio.subprocess.Process) -> AsyncIterator[bytes]:
    if process.stdout is None:
        raise RuntimeError("the child was started without its pipes")
    size = 0
    while piece := await process.stdout.read(_CHUNK):
        size += len(piece)
        if size > MOST_BYTES:
            raise RenderingError(f"The file would be larger than {MOST_BYTES // 1024**2} MiB. Narrow its filter.")
        yield piece


async def _diagnostics(process: asyncio.subprocess.Process) -> str:
    """Returns the end of what the child says on standard error."""
    said = b""
    while process.stderr and (chunk := await process.stderr.read(_DIAGNOSTICS)):
        said = (said + chunk)[-_DIAGNOSTICS:]
    return said.decode(errors="replace")


def _judge(code: int, said: str) -> None:
    if code == REFUSED:
        raise RenderingError(f"{said[:1].upper()}{said[1:]}")
    if code < 0:
        raise RenderingError("The rendering was stopped: it needs more memory or time than it may.")
    if code:
        # The last line says what was raised; what is above it is for us.
        raise RuntimeError(f"the renderer failed ({code}): {said[-1000:]}")
