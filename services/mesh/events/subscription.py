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


class Overflowed(Exception):
    """More came than the queue holds; what is missing is in the log."""


class Subscription:
    """A bounded queue of deliveries.

    A burst may overflow it: then it is empty and takes nothing until its reader, who reads the log instead, rejoins. A
    reader who doesn't catch up within its patience is too slow.

    Attributes:
        position: Everything of the organization after this position arrives here, in order.
    """

    def __init__(self, capacity: int, patience: float = 10.0) -> None:
        self.position: Position = START
        self._capacity = capacity
        self._patience = patience
        self._queue: deque[Delivery] = deque()
        self._wake = asyncio.Event()
        self._ending: Ending | None = None
        self._overflowed = False
        self._behind_since: float | None = None

    def offer(self, delivery: Delivery) -> None:
        """Appends a delivery; one too many empties the queue, so that nothing grows without bound."""
        if self._ending is not None or self._overflowed:
            return
        if len(self._queue) < self._capacity:
            self._queue.append(delivery)
        else:
            self._queue.clear()
            self._overflowed = True
            self._behind_since = self._behind_since or asyncio.get_running_loop().time()
        self._wake.set()

    def rejoin(self) -> None:
        """Takes deliveries again after an overflow; what came before is to be read from the log after this."""
        self._overflowed = False

    def end(self, ending: Ending) -> None:
        """Ends the subscription at once; only the first reason counts."""
        self._ending = self._ending or ending
        self._queue.clear()
        self._wake.set()

    async def next(self, seconds: float) -> Delivery | None:
        """Returns the next delivery, or None when none came in time.

        Raises:
            Ended: The subscription has ended.
            Overflowed: Some deliveries are missing.
        """
        if not (self._queue or self._overflowed or self._ending):
            self._behind_since = None
            self._wake.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
            except TimeoutError:
                return None
        if self._behind_since is not None and self._overflowed:
            if asyncio.get_running_loop().time() >= self._behind_since + self._patience:
                self.end(Ending.TOO_SLOW)
            elif self._ending is None:
                raise Overflowed
        if self._ending is not None:
            raise Ended(self._ending)
        return self._queue.popleft()
