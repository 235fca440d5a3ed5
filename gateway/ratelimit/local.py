"""Buckets in this process, for when Redis is away: each process admits a share of every limit on its own."""

import time
from collections import OrderedDict
from collections.abc import Callable

from gateway.ratelimit.demands import Demand
from gateway.ratelimit.gcra import Verdict, standing, weigh
from gateway.ratelimit.limits import Limits

MOST = 20_000
"""Buckets that are kept: beyond that, those that were not used for longest are forgotten, which fills them."""


def microseconds() -> int:
    """Returns a time that never goes back."""
    return time.monotonic_ns() // 1000


class LocalBuckets:
    """Buckets that nobody else knows of.

    Args:
        limits: The limits, and the share of them that counts here.
        clock: Gives microseconds.
        most: How many buckets are kept.
    """

    def __init__(self, limits: Limits, clock: Callable[[], int] = microseconds, most: int = MOST) -> None:
        self._limits = {kind: limit.scaled(limits.local_share) for kind, limit in limits.table.items()}
        self._clock = clock
        self._most = most
        self._arrivals: OrderedDict[str, int] = OrderedDict()

    def __len__(self) -> int:
        """How many buckets are kept."""
        return len(self._arrivals)

    def take(self, demand: Demand) -> Verdict:
        """Decides on a request, and takes what it draws if it passes."""
        now = self._clock()
        limits = [self._limits[draw.kind] for draw in demand.draws]
        weighed = [
            weigh(limit, self._arrivals.get(draw.bucket, now), now, draw.cost)
            for limit, draw in zip(limits, demand.draws, strict=True)
        ]
        admitted = not any(wait for _, wait in weighed)
        standings = []
        for limit, draw, (arrival, wait) in zip(limits, demand.draws, weighed, strict=True):
            taken = draw.cost if admitted else 0
            self._keep(draw.bucket, arrival + taken * limit.interval)
            standings.append(standing(limit, arrival, now, taken, wait))
        return Verdict(admitted, tuple(standings))

    def _keep(self, bucket: str, arrival: int) -> None:
        self._arrivals[bucket] = arrival
        self._arrivals.move_to_end(bucket)
        if len(self._arrivals) > self._most:
            self._arrivals.popitem(last=False)
