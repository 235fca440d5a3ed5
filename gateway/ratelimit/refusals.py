"""Buckets known to be empty for a while: what is refused anyway need not be asked.

A bucket that refused a request until some time refuses it at any time before as well, because nothing but time fills
it. Only an override could; so what is known counts for a second at most. It keeps the cost of a caller who goes on far
above the limit away from everyone else.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from gateway.ratelimit.demands import Demand
from gateway.ratelimit.gcra import Standing, Verdict
from gateway.ratelimit.local import microseconds

LONGEST = 1_000_000
"""Microseconds that a refusal is remembered at most: how long an override may take to act."""
_MOST = 20_000


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

    def learn(self, demand: Demand, verdict: Verdict) -> None:
        """Remembers which buckets refused a request."""
        for draw, standing in zip(demand.draws, verdict.standings, strict=True):
            if standing.wait:
                self._known[draw.bucket] = _Refusal(self._clock(), draw.cost, standing)
                self._known.move_to_end(draw.bucket)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)

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
                return Verdict(admitted=False, standings=(_later(known.standing, passed),))
        return None


def _later(standing: Standing, passed: int) -> Standing:
    return replace(standing, reset=max(0, standing.reset - passed), wait=standing.wait - passed)
