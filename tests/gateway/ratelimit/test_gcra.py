"""The arithmetic, against a model that counts tokens: in Redis and in the process alike."""

import time
from dataclasses import dataclass, field
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from gateway.ratelimit.demands import Demand, Draw
from gateway.ratelimit.gcra import Verdict
from gateway.ratelimit.limits import Limit, Limits
from gateway.ratelimit.local import LocalBuckets
from gateway.ratelimit.shared import SharedBuckets, bucket_key
from tests.gateway.ratelimit.buckets import somebody

# Whole seconds, because Redis's clock goes on while a test looks at it: some milliseconds more change nothing.
SECOND = 1_000_000
KINDS = (("READ", "organization"), ("READ", "user"), ("READ", "address"))


@dataclass
class Model:
    """Buckets of tokens, each filled by one token an interval: the other way to say what GCRA says."""

    table: dict[tuple[str, str], Limit]
    tokens: dict[str, Fraction] = field(default_factory=dict)

    def passes(self, microseconds: int) -> None:
        for draw, limit in self._draws():
            grown = self.tokens.get(draw, Fraction(limit.burst)) + Fraction(microseconds, limit.interval)
            self.tokens[draw] = min(Fraction(limit.burst), grown)

    def take(self, costs: dict[tuple[str, str], int]) -> bool:
        kept = {kind: self.tokens.get(kind[1], Fraction(self.table[kind].burst)) for kind in costs}
        if any(kept[kind] < cost for kind, cost in costs.items()):
            return False
        self.tokens |= {kind[1]: kept[kind] - cost for kind, cost in costs.items()}
        return True

    def remaining(self, kind: tuple[str, str]) -> int:
        return int(self.tokens.get(kind[1], Fraction(self.table[kind].burst)))

    def _draws(self) -> list[tuple[str, Limit]]:
        return [(kind[1], limit) for kind, limit in self.table.items()]


def tables() -> st.SearchStrategy[dict[tuple[str, str], Limit]]:
    # A bucket that fills slower than the test runs: what the clock adds meanwhile is no whole token.
    limit = st.builds(Limit, st.integers(50, 500).map(lambda seconds: seconds * SECOND), st.integers(1, 12))
    return st.fixed_dictionaries(dict.fromkeys(KINDS, limit))


def steps() -> st.SearchStrategy[list[tuple[int, dict[tuple[str, str], int]]]]:
    costs = st.dictionaries(st.sampled_from(KINDS), st.integers(1, 4), min_size=1)
    return st.lists(st.tuples(st.integers(0, 2000), costs), max_size=12)


def demand_of(costs: dict[tuple[str, str], int], who: str) -> Demand:
    draws = tuple(Draw(f"{':'.join(kind)}:{who}", kind, cost) for kind, cost in costs.items())
    return Demand(draws, "", fails_closed=False)


def compare(verdict: Verdict, model: Model, costs: dict[tuple[str, str], int]) -> None:
    assert verdict.admitted == model.take(costs)
    assert verdict.admitted == all(one.wait == 0 for one in verdict.standings)
    for one, (kind, cost) in zip(verdict.standings, costs.items(), strict=True):
        assert one.limit == model.table[kind]
        assert one.remaining == model.remaining(kind)
        assert 0 <= one.reset <= one.limit.capacity
        if one.wait and cost <= one.limit.burst:
            assert one.wait <= one.limit.interval * cost


@given(tables(), steps())
@settings(max_examples=60, deadline=None)
def test_local_buckets_do_as_the_model(
    table: dict[tuple[str, str], Limit], steps: list[tuple[int, dict[tuple[str, str], int]]]
) -> None:
    now = 0
    buckets = LocalBuckets(Limits(table, local_share=1), clock=lambda: now)
    model = Model(table)
    for seconds, costs in steps:
        now += seconds * SECOND
        model.passes(seconds * SECOND)
        compare(buckets.take(demand_of(costs, "someone")), model, costs)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables(), steps=steps())
async def test_redis_does_as_the_model(
    redis: Redis, table: dict[tuple[str, str], Limit], steps: list[tuple[int, dict[tuple[str, str], int]]]
) -> None:
    buckets, model, who = SharedBuckets(redis, table), Model(table), somebody()
    begun = time.monotonic()
    for seconds, costs in steps:
        await goes_on(redis, who, seconds * SECOND)
        model.passes(seconds * SECOND)
        verdict = await buckets.take(demand_of(costs, who))
        compare(verdict, model, costs)
    assert time.monotonic() - begun < 50, "slower than the buckets fill: this says nothing"


async def goes_on(redis: Redis, who: str, microseconds: int) -> None:
    """Let time pass: to move what is stored back is the same."""
    for kind in KINDS:
        key = bucket_key(f"{':'.join(kind)}:{who}")
        if (stored := await redis.get(key)) is not None:
            await redis.set(key, int(stored) - microseconds, px=60_000)
