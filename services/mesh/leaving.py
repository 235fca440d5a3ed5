"""The time between a process's word that it serves no more and its end, in which callers go elsewhere."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import timedelta

_MARGIN_SECONDS = 0.5


@dataclass
class Leaving:
    """How a process takes its leave.

    Args:
        longest: How long to wait for somebody to ask how it is; nobody may.
    """

    longest: timedelta
    begun: bool = field(default=False, init=False)
    _told: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def tell(self) -> bool:
        """Whether it leaves: what whoever asks is told, and remembered once it is so."""
        if self.begun:
            self._told.set()
        return self.begun

    async def wait(self) -> None:
        """Begins to leave; returns when callers have had time to go elsewhere."""
        self.begun = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), self.longest.total_seconds())
            # Who asked has to read the answer, and send its calls elsewhere.
            await asyncio.sleep(_MARGIN_SECONDS)
