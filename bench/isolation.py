"""Whether one tenant's flood reaches another: latencies of the one while the other sends a hundred times its limit.

The latency of the calm tenant is measured in the same round without any flood, with it, with a flood of the same size
that goes to a server beside the platform, and with one that nothing limits. The third is what it costs the machine to
send the flood at all; the rest is the platform's.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

import uvloop

from bench.load import percentile
from bench.paced import Paced, elsewhere
from bench.people import Person, person
from bench.platform import Platform, running
from bench.refusing import refusing
from bench.report import emit
from bench.usage import processor_seconds
from gateway.ratelimit import overrides, shared
from gateway.ratelimit.limits import Limit

ALLOWED = 5
FLOOD = 100 * ALLOWED
CALM = 40
SECONDS = 6.0
ROUNDS = 7
NAMES = (
    "postgres", "valkey", "openbao", "temporal", "migrate", "security", "core", "ratelimit",
    "certificates", "mesh", "envoy",
)  # fmt: skip
"""The components that a request meets."""
LIMITED = {"XORB_RATE_LIMITS": "on"}
"""Settings of a platform that limits."""
_ON_THE_WAY = ("envoy", "mesh", "ratelimit", "valkey", "core", "postgres")
_ALONE, _BESIDE, _FLOOD, _UNLIMITED = "alone", "flood_beside", "flood", "flood_unlimited"
_NOBODY = Paced(1, (), {})


@dataclass(frozen=True)
class Pair:
    """Who floods, and who wants to work meanwhile."""

    flooding: Person
    calm: Person


@dataclass(frozen=True)
class Run:
    """What the calm tenant and the flood met, and each process's time for one request of either, in microseconds."""

    calm: Paced
    flood: Paced = _NOBODY
    processor: Mapping[str, int] | None = None

    @property
    def p99(self) -> float:
        """The calm tenant's, in milliseconds."""
        return percentile(self.calm.latencies, 0.99)


async def main() -> None:
    """Prints one line for each kind of flood."""
    async with running(*NAMES, settings=LIMITED) as platform, refusing() as beside:
        await compare(platform, Pair(await person(platform), await person(platform)), beside)


async def compare(platform: Platform, pair: Pair, beside: int) -> None:
    """Measures in rounds.

    Args:
        platform: It limits.
        pair: Of different organizations.
        beside: The port of the server beside.
    """
    await _work(platform, pair.calm)
    rounds = [await _round(platform, pair, beside) for _ in range(ROUNDS)]
    for name in (_ALONE, _BESIDE, _FLOOD, _UNLIMITED):
        emit(f"rate_limit_isolation_{name}", **_figures(name, rounds))


async def _round(platform: Platform, pair: Pair, beside: int) -> dict[str, Run]:
    alone = Run(await _work(platform, pair.calm))
    away = await _under_flood(platform, pair, beside)
    await allow(platform, pair.flooding, Limit.parse(f"{ALLOWED}/second"))
    flood = await _under_flood(platform, pair, platform.gateway)
    await allow(platform, pair.flooding, Limit.parse("off"))
    unlimited = await _under_flood(platform, pair, platform.gateway)
    return {_ALONE: alone, _BESIDE: away, _FLOOD: flood, _UNLIMITED: unlimited}


def _figures(name: str, rounds: list[dict[str, Run]]) -> dict[str, object]:
    runs = [one[name] for one in rounds]
    assert all(set(one.calm.statuses) == {"200"} for one in runs)
    latencies = tuple(latency for one in runs for latency in one.calm.latencies)
    return {
        "p50_ms": percentile(latencies, 0.5),
        "p99_ms": percentile(latencies, 0.99),
        "p99_ratio": median(one[name].p99 / one[_ALONE].p99 for one in rounds),
        "p99_ratio_to_flood_beside": median(one[name].p99 / one[_BESIDE].p99 for one in rounds),
        "requests": len(latencies),
        "allowed_per_second": ALLOWED,
        "flood_per_second": median(one.flood.per_second for one in runs),
        "flood_admitted_per_second": median(one.flood.answered(200) for one in runs),
        "flood_refused_per_second": median(one.flood.answered(429) for one in runs),
        "processor_us_per_request": dict(runs[-1].processor or {}),
    }


async def _under_flood(platform: Platform, pair: Pair, port: int) -> Run:
    flooding = asyncio.create_task(_work(platform, pair.flooding, port, rate=FLOOD, seconds=SECONDS + 3))
    # By then its process is up and its burst is used.
    await asyncio.sleep(2)
    pids = {name: pid for name, pid in platform.pids.items() if name in _ON_THE_WAY}
    before = processor_seconds(pids)
    calm = await _work(platform, pair.calm)
    after = processor_seconds(pids)
    flood = await flooding
    requests = calm.seconds * (flood.per_second + calm.per_second)
    return Run(calm, flood, {name: round(1e6 * (after[name] - before[name]) / requests) for name in after})


async def _work(
    platform: Platform, someone: Person, port: int | None = None, rate: float = CALM, seconds: float = SECONDS
) -> Paced:
    path = f"/v1/organizations/{someone.organization}"
    return await elsewhere(port=port or platform.gateway, path=path, token=someone.token, rate=rate, seconds=seconds)


async def allow(platform: Platform, someone: Person, limit: Limit) -> None:
    """Gives somebody's organization a limit for reading; its users have none of their own then."""
    redis = shared.connect(platform.environment["XORB_REDIS_URL"], 5)
    await overrides.put(redis, someone.organization, ("READ", "organization"), limit)
    await overrides.put(redis, someone.organization, ("READ", "user"), Limit(0, 0))
    await redis.aclose()


if __name__ == "__main__":
    uvloop.run(main())
