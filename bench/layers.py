"""What each layer costs: the same work with it and without it, in turn, in the same run.

Of the edge: the check of the access token, the rate limits, TLS 1.3; all in front of an empty handler, so that nothing
else is measured. Of the state: row-level security.
"""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import asyncpg

from bench import load
from bench.backend import Backend, backend
from bench.load import percentile
from bench.report import emit
from bench.tenants import Tenant, multiply, tenant
from bench.variants import JWT, RATE_LIMITS, edge
from services.core.findings.tables import FINDINGS
from stack.components import postgres

CONNECTIONS = 4
SECONDS = 3.0
ROUNDS = 5
READS = 2_000
ROWS = 20_000
# The service is asked and counts, and nobody is refused.
_LIMITED_BY_NOTHING = {
    "XORB_RATE_LIMITS": "on",
    "XORB_RATE_LIMIT_GUARD": "off",
    "XORB_RATE_LIMIT_READ_USER": "100000/second",
    "XORB_RATE_LIMIT_READ_ORGANIZATION": "100000/second",
}


@dataclass(frozen=True)
class Way:
    """A way to the same answer.

    Attributes:
        port: Of the edge.
        tls: Whether to speak TLS with it.
    """

    port: int
    tls: ssl.SSLContext | None = None


async def main() -> None:
    """Prints one line for each layer."""
    async with backend(_LIMITED_BY_NOTHING) as platform:
        async with platform.core():
            someone = await tenant(platform, findings=1)
        async with platform.empty("GetFinding", someone.finding), AsyncExitStack() as edges:
            await _edge(platform, someone, edges)
        await multiply(platform, someone.organization, ROWS)
        await _row_level_security(platform, someone)


async def _edge(platform: Backend, someone: Tenant, edges: AsyncExitStack) -> None:
    bare = Way(await edges.enter_async_context(edge(platform, without=(*JWT, *RATE_LIMITS))))
    verified = Way(await edges.enter_async_context(edge(platform, without=RATE_LIMITS)))
    limited = Way(platform.gateway)
    secured = Way(platform.settings.ports["XORB_GATEWAY_TLS_PORT"], _trusting_anybody())
    await _compare("layer_jwt", someone, bare, verified)
    await _compare("layer_rate_limit", someone, verified, limited)
    await _compare("layer_tls", someone, limited, secured)


async def _compare(name: str, someone: Tenant, without: Way, with_it: Way) -> None:
    runs: dict[bool, list[load.Load]] = {False: [], True: []}
    for one in (without, with_it):
        await load.ready(one.port, _path(someone), someone.token, tls=one.tls)
    for _ in range(ROUNDS):
        for layered, way in ((False, without), (True, with_it)):
            runs[layered].append(await _get(someone, way))
    emit(name, **_figures(runs[False], runs[True]))


async def _get(someone: Tenant, way: Way) -> load.Load:
    return await load.get(
        way.port, _path(someone), someone.token, connections=CONNECTIONS, seconds=SECONDS, tls=way.tls
    )


def _figures(without: list[load.Load], with_it: list[load.Load]) -> dict[str, object]:
    plain = tuple(latency for run in without for latency in run.latencies)
    layered = tuple(latency for run in with_it for latency in run.latencies)
    ratios = sorted(one.per_second / other.per_second for one, other in zip(with_it, without, strict=True))
    assert not sum(run.failures for run in (*without, *with_it))
    return _latencies(plain, layered) | {"requests_per_second_ratio": ratios[len(ratios) // 2]}


def _latencies(without: tuple[float, ...], with_it: tuple[float, ...]) -> dict[str, object]:
    figures: dict[str, object] = {}
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        before, after = percentile(without, share), percentile(with_it, share)
        figures |= {f"{name}_ms_without": before, f"{name}_ms": after, f"{name}_ratio": after / before}
    return figures


def _trusting_anybody() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _path(someone: Tenant) -> str:
    return f"/v1/{someone.finding.name}"


async def _row_level_security(platform: Backend, someone: Tenant) -> None:
    """Reads one row by its key, as the services' role and as one that row-level security doesn't bind."""
    bound = await asyncpg.connect(_driver(postgres.dsn(platform.settings, "xorb_app")))
    unbound = await asyncpg.connect(_driver(postgres.dsn(platform.settings, postgres.SUPERUSER)))
    finding = someone.finding.name.rpartition("/")[2]
    statement = f"SELECT * FROM {FINDINGS.name} WHERE organization_id = $1 AND id = $2"  # noqa: S608 - our own name

    async def read(driver: asyncpg.Connection) -> None:
        async with driver.transaction():
            await driver.execute(f"SELECT set_config('xorb.organization', '{someone.organization}', true)")
            assert await driver.fetchrow(statement, someone.organization, finding)

    runs: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(ROUNDS):
        runs[False] += await _repeat(lambda: read(unbound))
        runs[True] += await _repeat(lambda: read(bound))
    emit("layer_row_level_security", rows=ROWS, **_latencies(tuple(runs[False]), tuple(runs[True])))
    for driver in (bound, unbound):
        await driver.close()


async def _repeat(work: Callable[[], Awaitable[None]]) -> list[float]:
    latencies = []
    for _ in range(READS // ROUNDS):
        begun = time.perf_counter()
        await work()
        latencies.append(1000 * (time.perf_counter() - begun))
    return latencies


def _driver(dsn: str) -> str:
    return dsn.replace("postgresql+asyncpg://", "postgresql://")


if __name__ == "__main__":
    asyncio.run(main())
