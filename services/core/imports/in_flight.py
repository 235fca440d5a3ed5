"""Batches on their way to the findings service: the next is unpacked there while the one before is written."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from services.mesh import tasks

_MOST = 2

Ended: TypeAlias = Callable[[int, Awaitable[None]], Awaitable[None]]
"""Awaits a batch, and notes that all records up to a number are recorded."""


@dataclass(frozen=True)
class InFlight:
    """Batches that were sent and not yet answered, few at a time, and told of in their order.

    Sightings make the same findings in whatever order they are recorded, so batches may pass each other. What is told
    as recorded may not: another worker goes on from there.

    Args:
        ended: What is done for each, one after the other.
    """

    ended: Ended
    _sent: "deque[tuple[int, asyncio.Task[None]]]" = field(default_factory=deque)

    async def add(self, after: int, sending: Coroutine[Any, Any, None]) -> None:
        """Sends a batch, once there is room for it.

        Args:
            after: The number of records up to and with it.
            sending: Sends it.

        Raises:
            Exception: An earlier one failed; this one isn't sent.
        """
        try:
            while len(self._sent) >= _MOST:
                await self._first()
        except BaseException:
            sending.close()
            raise
        self._sent.append((after, asyncio.create_task(sending)))

    async def all(self) -> None:
        """Waits for all.

        Raises:
            Exception: One failed.
        """
        while self._sent:
            await self._first()

    async def aclose(self) -> None:
        """Gives up what is under way; it may be recorded nevertheless, and is sent again by whoever goes on."""
        await tasks.end(*(task for _, task in self._sent))
        self._sent.clear()

    async def _first(self) -> None:
        after, task = self._sent[0]
        await self.ended(after, task)
        self._sent.popleft()
