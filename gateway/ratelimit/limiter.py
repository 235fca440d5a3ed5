"""Who decides: Redis, and while it is away this process alone."""

import time
from collections.abc import Callable

import structlog
from opentelemetry import metrics

from gateway.ratelimit.demands import Demand
from gateway.ratelimit.gcra import Verdict
from gateway.ratelimit.local import LocalBuckets
from gateway.ratelimit.refusals import Refusals
from gateway.ratelimit.shared import SharedBuckets, Unreachable

_LOG = structlog.get_logger(__name__)
_DECISIONS = metrics.get_meter(__name__).create_counter(
    "ratelimit.decisions", description="Decisions, by rate class, who made them, and outcome"
)
_PAUSE_SECONDS = 1.0


class Breaker:
    """Keeps a failing component from being asked by everyone: one request a second tries whether it is back.

    Args:
        clock: Gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: float | None = None

    def passes(self) -> bool:
        """Returns whether to ask."""
        if self._until is None:
            return True
        now = self._clock()
        if now < self._until:
            return False
        self._until = now + _PAUSE_SECONDS
        return True

    def failed(self) -> bool:
        """Notes a failure; returns whether it was the first."""
        first = self._until is None
        self._until = self._clock() + _PAUSE_SECONDS
        return first

    def answered(self) -> bool:
        """Notes an answer; returns whether there had been failures."""
        back = self._until is not None
        self._until = None
        return back


class Limiter:
    """Decides on requests.

    Args:
        shared: The buckets in Redis.
        local: The buckets of this process.
        refusals: What was refused of late.
        breaker: Whether to ask Redis.
    """

    def __init__(self, shared: SharedBuckets, local: LocalBuckets, refusals: Refusals, breaker: Breaker) -> None:
        self._shared = shared
        self._local = local
        self._refusals = refusals
        self._breaker = breaker

    async def decide(self, demand: Demand) -> Verdict:
        """Decides on a request, and takes what it draws if it passes.

        Returns:
            The verdict; of a request that was refused, perhaps only the standing that is to blame.

        Raises:
            Unreachable: Redis is away, and this request isn't admitted without it.
        """
        if refused := self._refusals.find(demand):
            _count(demand, "known", refused)
            return refused
        if not self._breaker.passes():
            return self._without_redis(demand)
        try:
            verdict = await self._shared.take(demand)
        except Unreachable as error:
            if self._breaker.failed():
                _LOG.warning("redis_unreachable", error=str(error))
            return self._without_redis(demand)
        if self._breaker.answered():
            _LOG.info("redis_is_back")
        _count(demand, "shared", verdict)
        return self._refusals.learn(demand, verdict)

    def _without_redis(self, demand: Demand) -> Verdict:
        if demand.fails_closed:
            _count(demand, "nobody", None)
            raise Unreachable
        verdict = self._local.take(demand)
        _count(demand, "local", verdict)
        return self._refusals.learn(demand, verdict)


def _count(demand: Demand, by: str, verdict: Verdict | None) -> None:
    admitted = verdict is not None and verdict.admitted
    attributes = {"class": demand.draws[0].kind[0], "by": by, "outcome": "admitted" if admitted else "refused"}
    _DECISIONS.add(1, attributes)
