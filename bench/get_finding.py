"""GET of one finding through the whole chain, against an empty handler behind the same Envoy."""

import asyncio
from dataclasses import dataclass

from bench import load
from bench.backend import Backend, backend
from bench.report import emit
from bench.tenants import Tenant, tenant
from bench.usage import processor_seconds

CONNECTIONS = 8
SECONDS = 4.0
ROUNDS = 3


@dataclass(frozen=True)
class Run:
    """A round of load, and the processor time that each process took for one request, in microseconds."""

    load: load.Load
    processor: dict[str, float]


async def main() -> None:
    """Measures both in turn, several times, and prints the median round of each."""
    async with backend() as platform:
        async with platform.core():
            someone = await tenant(platform, findings=1)
        real, empty = [], []
        for _ in range(ROUNDS):
            async with platform.core() as core:
                real.append(await _measure(platform, someone, core))
            async with platform.empty("GetFinding", someone.finding) as core:
                empty.append(await _measure(platform, someone, core))
    for name, runs in (("get_finding", real), ("get_finding_empty_handler", empty)):
        run = sorted(runs, key=lambda run: run.load.per_second)[len(runs) // 2]
        emit(
            name,
            requests_per_second=run.load.per_second,
            p50_ms=run.load.percentile(0.5),
            p99_ms=run.load.percentile(0.99),
            connections=CONNECTIONS,
            requests=run.load.requests,
            failures=run.load.failures,
            processor_us_per_request={name: round(time) for name, time in run.processor.items()},
        )
    ratios = sorted(one.load.per_second / other.load.per_second for one, other in zip(real, empty, strict=True))
    emit("get_finding_ratio", ratio=ratios[len(ratios) // 2], aim=0.5, rounds=ROUNDS)


async def _measure(platform: Backend, someone: Tenant, core: asyncio.subprocess.Process) -> Run:
    path = f"/v1/{someone.finding.name}"
    await load.ready(platform.gateway, path, someone.token)
    await load.get(platform.gateway, path, someone.token, connections=CONNECTIONS, seconds=1.0)
    before = processor_seconds(platform.on_the_way(core))
    run = await load.get(platform.gateway, path, someone.token, connections=CONNECTIONS, seconds=SECONDS)
    after = processor_seconds(platform.on_the_way(core))
    return Run(run, {name: 1e6 * (after[name] - before[name]) / run.requests for name in after})


if __name__ == "__main__":
    asyncio.run(main())
