"""What a watch holds of the hub: a bounded queue of deliveries, which ends when its reader is too slow."""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, TypeVar

from services.mesh.events.model import START, LoggedEvent, Position

T = TypeVar("T")


@dataclass(slots=True)
class Delivery:
    """An event on its way to all who watch its organization; they share it.

    Attributes:
        event: The event.
    """

    event: LoggedEvent
    _made: dict[Hashable, Any] = field(default_factory=dict)

    def shared(self, key: Hashable, make: Callable[[LoggedEvent], T]) -> T:
        """Returns what `make` makes of the event, made once for all who ask with the same key; not to be changed."""
        if key not in self._made:
            self._made[key] = make(self.event)
        made: T = self._made[key]
        return made


class Ending(Enum):
    """Why a subscription ended."""

    TOO_SLOW = auto()
    CLOSED = auto()
    STOPPED = auto()


class Ended(Exception):
    """A subscription ended; there is nothing more in it."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.name)
        self.ending = ending


class Subscription:
    """A bounded queue of deliveries.

    Attributes:
        position: Everything of the organization after this position arrives here, in order.
    """

    def __init__(self, capacity: int) -> None:
        self.position: Position = START
        self._capacity = capacity
        self._queue: deque[Delivery] = deque()
        self._wake = asyncio.Event()
        self._ending: Ending | None = None

    def offer(self, delivery: Delivery) -> None:
        """Appends a delivery; one too many ends the subscription and frees what is queued."""
        if self._ending is None:
            if len(self._queue) >= self._capacity:
                self.end(Ending.TOO_SLOW)
            else:
                self._queue.append(delivery)
                self._wake.set()

    def end(self, ending: Ending) -> None:
        """Ends the subscription at once; only the first reason counts."""
        self._ending = self._ending or ending
        self._queue.clear()
        self._wake.set()

    async def next(self, seconds: float) -> Delivery | None:
        """Returns the next delivery, or None when none came in time.

        Raises:
            Ended: The subscription has ended.
        """
        if not self._queue and self._ending is None:
            self._wake.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
            except TimeoutError:
                return None
        if self._ending is not None:
            raise Ended(self._ending)
        return self._queue.popleft()
