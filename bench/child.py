"""Listeners in a process of their own, so that what they cost is not on the account of what they measure.

The child gets a line of JSON, says `ready` when it listens, and after one more line says when each event arrived
everywhere, by the event's name, in nanoseconds of the system's monotonic clock, which all processes share.
"""

import asyncio
import gc
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import uvloop

Arrivals = dict[str, list[int]]
"""The arrival of each event at each listener that got it, by the event's name."""
Listen = Callable[[Mapping[str, Any]], AbstractAsyncContextManager[Callable[[], Arrivals]]]
"""Listens as the settings say; gives what returns the arrivals."""

_LONGEST_LINE = 64 * 1024 * 1024


def run(listen: Listen) -> None:
    """Is the child."""
    # It keeps all that arrives: looking through that for garbage would delay what it takes the time of.
    gc.disable()
    uvloop.run(_listen(listen))


@asynccontextmanager
async def listening(module: str, settings: Mapping[str, Any]) -> AsyncIterator[asyncio.subprocess.Process]:
    """Runs a module as the child until the context ends; it listens by the time it is given."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    try:
        await _said(process, json.dumps(settings))
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def arrivals(process: asyncio.subprocess.Process) -> Arrivals:
    """Ends the child and returns what it saw."""
    seen: Arrivals = json.loads(await _said(process, ""))
    return seen


async def _said(process: asyncio.subprocess.Process, line: str) -> str:
    assert process.stdin
    assert process.stdout
    process.stdin.write(line.encode() + b"\n")
    answer = (await process.stdout.readline()).decode()
    if not answer:
        raise RuntimeError("the listeners' process has ended")
    return answer


async def _listen(listen: Listen) -> None:
    settings = json.loads(await asyncio.to_thread(sys.stdin.readline))
    async with listen(settings) as seen:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        print(json.dumps(seen()), flush=True)
