"""A page of 50 out of 100,000 findings through the whole chain.

What is compared: an empty handler behind the same Envoy that gives the first page, and the page's rows asked of
PostgreSQL by a prepared statement, with nothing around it.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

import asyncpg
import grpc.aio
from xorb.core.v1 import finding_pb2, finding_pb2_grpc

from bench import load
from bench.backend import Backend, backend
from bench.load import Load
from bench.platform import told
from bench.report import emit
from bench.tenants import Tenant, multiply, tenant

FINDINGS = 100_000
_RECORDED = 1_000
PAGE = 50
CONNECTIONS = 8
SECONDS = 2.0
ROUNDS = 3
_FILTER = "severity>=HIGH AND state=OPEN"
# The filter's two severities, as the table's numbers, and its state.
_SQL = {
    "default order": "TRUE",
    "filtered": "severity >= 4 AND state = 1",
    "second page": "(severity, last_seen_at, id) < ($2, $3, $4)",
}


async def main() -> None:
    """Measures each kind of page in turn with its baselines, several times, and prints the median round of each."""
    runs: dict[tuple[str, str], list[Load]] = defaultdict(list)
    async with backend() as platform:
        async with platform.core():
            someone = await tenant(platform, findings=_RECORDED)
            await multiply(platform, someone.organization, FINDINGS // _RECORDED)
            first = await _first_page(platform, someone)
        await _settle(platform)
        for _ in range(ROUNDS):
            async with platform.core():
                for kind, path in _paths(someone, first.next_page_token).items():
                    runs["list_findings", kind].append(await _requests(platform, someone, path))
            async with platform.empty("ListFindings", first):
                path = f"/v1/organizations/{someone.organization}/findings"
                runs["list_findings_empty_handler", "default order"].append(await _requests(platform, someone, path))
            for kind in _SQL:
                runs["list_findings_sql", kind].append(await _statements(platform, someone.organization, kind))
    _report(runs)


def _report(runs: Mapping[tuple[str, str], list[Load]]) -> None:
    for (name, kind), loads in runs.items():
        run = sorted(loads, key=lambda run: run.per_second)[len(loads) // 2]
        emit(
            name,
            page=kind,
            pages_per_second=run.per_second,
            p50_ms=run.percentile(0.5),
            p99_ms=run.percentile(0.99),
            connections=CONNECTIONS,
            requests=run.requests,
            failures=run.failures,
            findings=FINDINGS,
            page_size=PAGE,
        )
    real = runs["list_findings", "default order"]
    for baseline in ("list_findings_empty_handler", "list_findings_sql"):
        pairs = zip(real, runs[baseline, "default order"], strict=True)
        ratios = sorted(one.per_second / other.per_second for one, other in pairs)
        emit("list_findings_ratio", baseline=baseline, ratio=ratios[len(ratios) // 2], rounds=ROUNDS)


def _paths(someone: Tenant, second: str) -> dict[str, str]:
    findings = f"/v1/organizations/{someone.organization}/findings?pageSize={PAGE}"
    return {
        "default order": findings,
        "filtered": f"{findings}&filter={_FILTER.replace(' ', '%20').replace('>', '%3E')}",
        "second page": f"{findings}&pageToken={second}",
    }


async def _first_page(platform: Backend, someone: Tenant) -> finding_pb2.ListFindingsResponse:
    async with grpc.aio.insecure_channel(platform.address) as channel:
        request = finding_pb2.ListFindingsRequest(parent=f"organizations/{someone.organization}", page_size=PAGE)
        metadata = (*told("edge"), ("authorization", f"Bearer {someone.token}"))
        stub = finding_pb2_grpc.FindingsServiceStub(channel)
        first: finding_pb2.ListFindingsResponse = await stub.ListFindings(request, metadata=metadata)
        return first


async def _settle(platform: Backend) -> None:
    """Lets PostgreSQL do now what it would do while we measure."""
    connection = await asyncpg.connect(_plain(platform.environment["XORB_POSTGRES_OWNER_DSN"]))
    await connection.execute("VACUUM ANALYZE findings")
    await connection.close()


async def _requests(platform: Backend, someone: Tenant, path: str) -> Load:
    await load.ready(platform.gateway, path, someone.token)
    await load.get(platform.gateway, path, someone.token, connections=CONNECTIONS, seconds=0.5)
    return await load.get(platform.gateway, path, someone.token, connections=CONNECTIONS, seconds=SECONDS)


async def _statements(platform: Backend, organization: UUID, kind: str) -> Load:
    """Asks PostgreSQL alone for the page's rows."""
    begun = time.perf_counter()
    dsn = _plain(platform.environment["XORB_POSTGRES_DSN"])
    parts = await asyncio.gather(*(_connection(dsn, organization, kind) for _ in range(CONNECTIONS)))
    latencies = tuple(latency for part in parts for latency in part)
    return Load(len(latencies), time.perf_counter() - begun, latencies, failures=0)


async def _connection(dsn: str, organization: UUID, kind: str) -> list[float]:
    connection = await asyncpg.connect(dsn, server_settings={"xorb.organization": str(organization)})
    try:
        last = (await connection.fetch(_statement(_SQL["default order"]), organization))[PAGE - 1]
        after = [last[name] for name in ("severity", "last_seen_at", "id")] if kind == "second page" else []
        page = await connection.prepare(_statement(_SQL[kind]))
        latencies: list[float] = []
        until = time.perf_counter() + SECONDS / 2
        while (begun := time.perf_counter()) < until:
            assert len(await page.fetch(organization, *after)) == PAGE + 1
            latencies.append(1000 * (time.perf_counter() - begun))
        return latencies
    finally:
        await connection.close()


def _statement(condition: str) -> str:
    return (
        f"SELECT * FROM findings WHERE organization_id = $1 AND {condition} "  # noqa: S608 - constants only
        f"ORDER BY severity DESC, last_seen_at DESC, id DESC LIMIT {PAGE + 1}"
    )


def _plain(dsn: str) -> str:
    return dsn.replace("postgresql+asyncpg://", "postgresql://")


if __name__ == "__main__":
    asyncio.run(main())
