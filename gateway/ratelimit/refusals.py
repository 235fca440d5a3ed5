"""Buckets known to be empty for a while: what is refused anyway need not be asked.

A bucket that refused a request until some time refuses it at any time before as well, because nothing but time fills
it. Only an override could; so what is known counts for a second at most. The edge is told, and remembers it for the
rest of that second: it keeps the cost of a caller who goes on far above the limit away from everyone else.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from gateway.ratelimit.demands import Demand, Draw
from gateway.ratelimit.gcra import Empty, Standing, Verdict
from gateway.ratelimit.local import microseconds

LONGEST = 1_000_000
"""Microseconds that a refusal is remembered at most: how long an override may take to act."""
MOST = 20_000
"""Refusals that are remembered: beyond that, the oldest are forgotten, and asked for."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    at: int
    cost: int
    standing: Standing


class Refusals:
    """The refusals of late, by bucket.

    Args:
        clock: Gives microseconds.
    """

    def __init__(self, clock: Callable[[], int] = microseconds) -> None:
        self._clock = clock
        self._known: OrderedDict[str, _Refusal] = OrderedDict()

    def __len__(self) -> int:
        """How many refusals are remembered."""
        return len(self._known)

    def learn(self, demand: Demand, verdict: Verdict) -> Verdict:
        """Remembers which buckets refused a request; returns the verdict, with the one that stays empty for longest."""
        if verdict.admitted:
            return verdict
        empty: Empty | None = None
        for draw, standing in zip(demand.draws, verdict.standings, strict=True):
            if not standing.wait:
                continue
            self._known[draw.bucket] = _Refusal(self._clock(), draw.cost, standing)
            self._known.move_to_end(draw.bucket)
            if empty is None or standing.wait > empty.standing.wait:
                empty = _empty(draw, draw.cost, standing, LONGEST)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return replace(verdict, empty=empty)

    def find(self, demand: Demand) -> Verdict | None:
        """Returns the refusal of a request that is known to be refused, or None."""
        for draw in demand.draws:
            known = self._known.get(draw.bucket)
            if known is None:
                continue
            passed = self._clock() - known.at
            if passed >= min(known.standing.wait, LONGEST):
                del self._known[draw.bucket]
            elif draw.cost >= known.cost:
                standing = _later(known.standing, passed)
                return Verdict(False, (standing,), _empty(draw, known.cost, standing, LONGEST - passed))
        return None


def _empty(draw: Draw, cost: int, standing: Standing, certain: int) -> Empty | None:
    """Returns what others may rely on; what had no room for much may have some for less."""
    return Empty(draw.kind[1], min(certain, standing.wait), standing) if cost == 1 else None


def _later(standing: Standing, passed: int) -> Standing:
    return replace(standing, reset=max(0, standing.reset - passed), wait=standing.wait - passed)
