"""Keeps Python's garbage collector from stopping a process that serves.

A full collection looks at every container there is: 100 ms for what a process has imported and wired when it begins to
serve, as much again for a thousand open sockets, and all callers wait. What survived one is therefore frozen, and not
looked at again until an hour has passed; what nobody refers to goes at once all the same, as Python counts references.
Only cycles that die in between wait for that hour's look.
"""

import gc
import time
from collections.abc import Callable, Mapping

WHOLE = 3600.0
"""Seconds between two looks at everything."""
_FULL = 2


class Collector:
    """Freezes what full collections leave, and now and then has them look at everything.

    Args:
        clock: Seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._looked = clock()

    def start(self) -> None:
        """Freezes what is there; to be called once the process serves."""
        gc.collect()
        gc.freeze()
        # Python waits with the next full one until a quarter of what the last one left is new: that is nothing now.
        gc.collect()
        gc.callbacks.append(self._collecting)

    def stop(self) -> None:
        """Leaves the collector as Python has it."""
        gc.callbacks.remove(self._collecting)
        gc.unfreeze()

    def _collecting(self, phase: str, told: Mapping[str, int]) -> None:
        if told["generation"] != _FULL:
            return
        if phase == "stop":
            gc.freeze()
        elif self._clock() - self._looked >= WHOLE:
            self._looked = self._clock()
            gc.unfreeze()
