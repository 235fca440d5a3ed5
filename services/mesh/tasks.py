"""How a background task ends for good."""

import asyncio
from typing import Any

_AGAIN_SECONDS = 2.0


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancels tasks, and returns when all of them have ended, whatever they came to.

    One `cancel` is not enough: `asyncio.wait_for` in Python 3.11 loses a cancellation that comes just as what it waits
    for ends (https://github.com/python/cpython/issues/86296), and so does a library that closes a connection and takes
    the cancellation for a time-out. Whoever waited for such a task would wait for ever.
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_AGAIN_SECONDS)
    # What a task failed with counts as looked at; else the event loop complains of it.
    await asyncio.gather(*tasks, return_exceptions=True)
