"""A stack at somebody's terminal: started, used, stopped, and stopped cleanly whenever they press Ctrl-C."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

ResultT = TypeVar("ResultT")
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Startable(Protocol):
    """What is started before it is used and stopped after, such as :class:`stack.stack.Stack`."""

    async def start(self) -> None:
        """Start it; on failure nothing is left running."""
        ...

    async def stop(self) -> None:
        """Stop it; a second time there is nothing to do."""
        ...

    def kill(self) -> None:
        """End it at once; :meth:`stop` is still to be called."""
        ...


async def attended(stack: Startable, use: Callable[[], Awaitable[ResultT]]) -> ResultT | None:
    """Start ``stack``, wait for ``use``, stop ``stack``; None where somebody ended it before.

    SIGINT, SIGTERM and SIGHUP end it in good order; a second one kills what is still running.

    Raises:
        StackError: it did not start, or ``use`` raised.
    """
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, lambda: stack.kill() if end.is_set() else end.set())
    using = asyncio.create_task(_started(stack, use))
    ending = asyncio.create_task(end.wait())
    try:
        await asyncio.wait({using, ending}, return_when=asyncio.FIRST_COMPLETED)
        if not using.done():
            using.cancel()
            await asyncio.wait({using})
        return None if using.cancelled() else using.result()
    finally:
        end.set()
        await ending
        await stack.stop()


async def _started(stack: Startable, use: Callable[[], Awaitable[ResultT]]) -> ResultT:
    await stack.start()
    return await use()
