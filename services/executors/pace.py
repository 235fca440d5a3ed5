"""Politeness: no more connections a second than a target was promised."""

import asyncio


class Pace:
    """Hands out turns, `per_second` of them, evenly spaced and in the order of asking."""

    def __init__(self, per_second: float) -> None:
        self._interval = 1.0 / per_second
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until the next connection may be opened."""
        loop = asyncio.get_running_loop()
        at = max(loop.time(), self._next)
        self._next = at + self._interval
        await asyncio.sleep(at - loop.time())
