"""Rate limits: decisions a second, and what they add to a request."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from functools import partial

import grpc.aio
import uvloop

from bench import load
from bench.isolation import LIMITED, NAMES, allow
from bench.load import percentile
from bench.paced import paced
from bench.people import Person, person
from bench.platform import Platform, running, told
from bench.report import emit
from gateway.ratelimit import shared
from gateway.ratelimit.demands import DOMAIN, demand
from gateway.ratelimit.limits import Limit, Limits
from gateway.ratelimit.protocol import METHOD, SERVICE, Descriptor, RateLimitRequest, request_bytes, response_of

CALM = 40
SECONDS = 8.0
CONCURRENCY = (1, 16, 64)
_OFF = {"XORB_RATE_LIMITS": "off"}


async def main() -> None:
    """Prints one line for each figure."""
    for settings in (_OFF, LIMITED):
        async with running(*NAMES, settings=settings) as platform:
            someone = await person(platform)
            await _cost(platform, someone, limited=settings is LIMITED)
            if settings is LIMITED:
                await _decisions(platform)


async def _cost(platform: Platform, someone: Person, *, limited: bool) -> None:
    path = f"/v1/organizations/{someone.organization}"
    await load.ready(platform.gateway, path, someone.token)
    if limited:
        await allow(platform, someone, Limit(0, 0))
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


def _latency(latencies: tuple[float, ...]) -> dict[str, float]:
    return {"p50_ms": percentile(latencies, 0.5), "p99_ms": percentile(latencies, 0.99)}


if __name__ == "__main__":
    uvloop.run(main())
