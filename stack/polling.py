"""Wait for something that can only be asked for."""

import asyncio
from collections.abc import Awaitable, Callable

_FIRST = 0.03
_LONGEST = 0.4


async def until(condition: Callable[[], Awaitable[bool]], seconds: float) -> None:
    """Ask ``condition`` until it is true, less and less often: first after 30 ms, at last every 400 ms.

    Raises:
        TimeoutError: it was not true within ``seconds``.
    """
    pause = _FIRST
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(pause)
            pause = min(pause * 1.3, _LONGEST)
