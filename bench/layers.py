"""What each layer costs: the same work with it and without it, in turn, in the same run.

Of the edge: the hop through the mesh's sidecar with mutual TLS, the check of the access token, the rate limits, and
TLS 1.3; all in front of an empty handler, so that nothing else is measured. Of the state: see `state_layers`.
"""

import asyncio
import ssl
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bench import load, state_layers
from bench.backend import Backend, backend
from bench.report import emit, latencies
from bench.tenants import Tenant, tenant
from bench.variants import JWT, RATE_LIMITS, edge

CONNECTIONS = 4
SECONDS = 3.0
ROUNDS = 5
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
        await state_layers.measure(platform, someone)


async def _edge(platform: Backend, someone: Tenant, edges: AsyncExitStack) -> None:
    near = Way(await edges.enter_async_context(edge(platform, without=(*JWT, *RATE_LIMITS), past_sidecar="core")))
    bare = Way(await edges.enter_async_context(edge(platform, without=(*JWT, *RATE_LIMITS))))
    verified = Way(await edges.enter_async_context(edge(platform, without=RATE_LIMITS)))
    limited = Way(platform.gateway)
    secured = Way(platform.settings.ports["XORB_GATEWAY_TLS_PORT"], _trusting_anybody())
    await _compare("layer_mesh_hop", someone, near, bare)
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
    return latencies(plain, layered) | {"requests_per_second_ratio": ratios[len(ratios) // 2]}


def _trusting_anybody() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _path(someone: Tenant) -> str:
    return f"/v1/{someone.finding.name}"


if __name__ == "__main__":
    asyncio.run(main())
