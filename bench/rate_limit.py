"""Rate limits: decisions a second, what they add to a request, and whether one tenant's flood reaches another.

The flood is a hundred times what its organization is allowed. The other tenant's latency is measured in the same run
without any flood, with it, and with a flood of the same size that nothing limits.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import grpc.aio
import uvloop

from bench import load
from bench.load import percentile
from bench.paced import Paced, elsewhere, paced
from bench.people import Person, person
from bench.platform import Platform, running, told
from bench.report import emit
from bench.usage import processor_seconds
from gateway.ratelimit import overrides, shared
from gateway.ratelimit.demands import DOMAIN, demand
from gateway.ratelimit.limits import Limit, Limits
from gateway.ratelimit.protocol import METHOD, SERVICE, Descriptor, RateLimitRequest, request_bytes, response_of

ALLOWED = 5
FLOOD = 100 * ALLOWED
CALM = 40
SECONDS = 8.0
ROUNDS = 3
CONCURRENCY = (1, 16, 64)
_ON = {"XORB_RATE_LIMITS": "on"}
_OFF = {"XORB_RATE_LIMITS": "off"}
_NAMES = (
    "postgres", "valkey", "openbao", "temporal", "migrate", "security", "core", "ratelimit",
    "certificates", "mesh", "envoy",
)  # fmt: skip
_ON_THE_WAY = ("envoy", "ratelimit", "valkey", "core", "postgres")
_BY_ORGANIZATION = ("READ", "organization")


@dataclass(frozen=True)
class Pair:
    """Who floods, and who wants to work meanwhile."""

    flooding: Person
    calm: Person


@dataclass(frozen=True)
class Round:
    """What the calm tenant and the flood met, and each process's time for one request of either, in microseconds."""

    calm: Paced
    flood: Paced
    processor: dict[str, int]


async def main() -> None:
    """Prints one line for each figure."""
    for settings in (_OFF, _ON):
        async with running(*_NAMES, settings=settings) as platform:
            someone = await person(platform)
            await _cost(platform, someone, limited=settings is _ON)
            if settings is _ON:
                await _decisions(platform)
                await _isolation(platform, Pair(someone, await person(platform)))


async def _cost(platform: Platform, someone: Person, *, limited: bool) -> None:
    path = f"/v1/organizations/{someone.organization}"
    await load.ready(platform.gateway, path, someone.token)
    if limited:
        await _allow(platform, someone, Limit(0, 0))
    await paced(platform.gateway, path, someone.token, CALM, 2)
    run = await paced(platform.gateway, path, someone.token, CALM, SECONDS)
    emit("rate_limit_cost", limited=limited, **_latency(run.latencies), requests_per_second=run.per_second)


async def _decisions(platform: Platform) -> None:
    redis = shared.connect(platform.environment["XORB_REDIS_URL"], 5)
    limits = Limits()
    buckets = shared.SharedBuckets(redis, limits.table)

    async def by_script(request: RateLimitRequest) -> object:
        return await buckets.take(demand(request, limits))

    async with grpc.aio.insecure_channel(f"unix:{platform.settings.run}/ratelimit.sock") as channel:
        call = channel.unary_unary(f"/{SERVICE}/{METHOD}", request_bytes, response_of)
        for concurrency in CONCURRENCY:
            await _rate("gcra_decisions", by_script, concurrency)
            await _rate("gcra_decisions_over_grpc", partial(call, metadata=told("edge")), concurrency)
    await redis.aclose()


async def _rate(name: str, decide: Callable[[RateLimitRequest], Awaitable[object]], concurrency: int) -> None:
    until = time.perf_counter() + 3
    latencies = []

    async def one(number: int) -> None:
        request = _request(number)
        while (begun := time.perf_counter()) < until:
            await decide(request)
            latencies.append(1000 * (time.perf_counter() - begun))

    await asyncio.gather(*map(one, range(concurrency)))
    figures = {"decisions_per_second": len(latencies) / 3, "buckets": 2, "concurrency": concurrency}
    emit(name, **figures, **_latency(tuple(latencies)))


def _request(number: int) -> RateLimitRequest:
    who = f"bench-{os.getpid()}-{number}"
    subjects = (("organization", who), ("user", who))
    return RateLimitRequest(DOMAIN, tuple(Descriptor((("class", "READ"), subject), 1) for subject in subjects))


async def _isolation(platform: Platform, pair: Pair) -> None:
    rounds: dict[str, list[Round]] = {"alone": [], "flood": [], "flood_unlimited": []}
    for _ in range(ROUNDS):
        rounds["alone"].append(Round(await _work(platform, pair.calm), Paced(1, (), {}), {}))
        await _allow(platform, pair.flooding, Limit.parse(f"{ALLOWED}/second"))
        rounds["flood"].append(await _under_flood(platform, pair))
        await _allow(platform, pair.flooding, Limit.parse("off"))
        rounds["flood_unlimited"].append(await _under_flood(platform, pair))
    alone = percentile(_calm(rounds["alone"]), 0.99)
    for name, those in rounds.items():
        floods = [one.flood for one in those]
        emit(
            f"rate_limit_isolation_{name}",
            **_latency(_calm(those)),
            p99_ratio=percentile(_calm(those), 0.99) / alone,
            requests=len(_calm(those)),
            allowed_per_second=ALLOWED,
            flood_per_second=sum(flood.per_second for flood in floods) / ROUNDS,
            flood_admitted_per_second=sum(flood.answered(200) for flood in floods) / ROUNDS,
            flood_refused_per_second=sum(flood.answered(429) for flood in floods) / ROUNDS,
            processor_us_per_request=those[-1].processor,
        )


async def _under_flood(platform: Platform, pair: Pair) -> Round:
    flooding = asyncio.create_task(_work(platform, pair.flooding, rate=FLOOD, seconds=SECONDS + 3))
    # By then its process is up and its burst is used.
    await asyncio.sleep(2)
    pids = {name: pid for name, pid in platform.pids.items() if name in _ON_THE_WAY}
    before = processor_seconds(pids)
    calm = await _work(platform, pair.calm)
    after = processor_seconds(pids)
    flood = await flooding
    requests = calm.seconds * (flood.per_second + calm.per_second)
    return Round(calm, flood, {name: round(1e6 * (after[name] - before[name]) / requests) for name in after})


async def _work(platform: Platform, someone: Person, rate: float = CALM, seconds: float = SECONDS) -> Paced:
    path = f"/v1/organizations/{someone.organization}"
    return await elsewhere(port=platform.gateway, path=path, token=someone.token, rate=rate, seconds=seconds)


async def _allow(platform: Platform, someone: Person, limit: Limit) -> None:
    redis = shared.connect(platform.environment["XORB_REDIS_URL"], 5)
    for kind in (_BY_ORGANIZATION, ("READ", "user")):
        most = limit if kind == _BY_ORGANIZATION else Limit(0, 0)
        await overrides.put(redis, someone.organization, kind, most)
    await redis.aclose()


def _calm(rounds: list[Round]) -> tuple[float, ...]:
    assert all(set(one.calm.statuses) == {"200"} for one in rounds)
    return tuple(latency for one in rounds for latency in one.calm.latencies)


def _latency(latencies: tuple[float, ...]) -> dict[str, float]:
    return {"p50_ms": percentile(latencies, 0.5), "p99_ms": percentile(latencies, 0.99)}


if __name__ == "__main__":
    uvloop.run(main())
