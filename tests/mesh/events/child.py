"""What child processes of the tests have in common: settings from standard input, and an end with their parent."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping

Work = Callable[[Mapping[str, str]], Awaitable[None]]


def run(work: Work) -> None:
    """Waits for the settings, a line of JSON on standard input, and works until that closes."""
    asyncio.run(_run(work))


async def _run(work: Work) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    line = await reader.readline()
    if not line:
        return
    working = asyncio.ensure_future(work(json.loads(line)))
    parent = asyncio.ensure_future(reader.read())
    await asyncio.wait({working, parent}, return_when=asyncio.FIRST_COMPLETED)
    if working.done():
        working.result()
