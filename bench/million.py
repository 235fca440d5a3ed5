"""Lists and searches of a million findings of one organization among ten, through the whole chain.

Each kind of question is asked some hundred times, with other words, filters and pages each time, by clients that keep
their connections. What is compared: the statement that one would write first, with OFFSET and without any search index,
asked of PostgreSQL alone in the same run. Four clients that ask without a pause keep two cores busy, and wait for each
other; so all kinds are asked once more, in turn, at a modest rate that doesn't depend on the answers.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from uuid import UUID

import asyncpg

from bench import filling, load, paced
from bench.backend import Backend, backend
from bench.load import Load, percentile
from bench.members import access_tokens
from bench.questions import Kind, kinds
from bench.report import emit
from bench.usage import processor_seconds
from services.mesh import identifiers

FINDINGS = 1_000_000
OTHERS = 9
OF_OTHERS = 10_000
CLIENTS = 4
REQUESTS = 400
PAGE = 50
RATE = 10  # requests a second
PACED = 60  # seconds
_PAGES = 20
_NAIVE = 5
_NAIVE_TIMEOUT = 5000  # ms
_NAIVE_PATIENCE = 1000  # ms; what is slower is asked once


async def main(count: int = FINDINGS) -> None:
    """Fills the database and asks each kind of question."""
    async with filled(count) as (platform, organization):
        await measure(platform, organization, count)


@asynccontextmanager
async def filled(count: int = FINDINGS) -> AsyncIterator[tuple[Backend, UUID]]:
    """Gives a platform with so many findings, and the organization that has them.

    With `XORB_BENCH_HOME` they are kept in that directory, and found there by the next run.
    """
    kept = os.environ.get("XORB_BENCH_HOME", "")
    async with backend({"XORB_HOME": kept} if kept else None) as platform:
        known = platform.settings.home / f"filled-{count}"
        if known.exists():
            yield platform, UUID(known.read_text())
            return
        organization = identifiers.new()
        begun = time.perf_counter()
        async with filling.without_indexes(platform):
            await filling.fill(platform, organization, count)
            for _ in range(OTHERS):
                await filling.fill(platform, identifiers.new(), OF_OTHERS)
        emit("million_filled", findings=count, seconds=time.perf_counter() - begun)
        known.write_text(str(organization))
        yield platform, organization


async def measure(platform: Backend, organization: UUID, count: int, only: str = "") -> None:
    """Asks each kind of question, or those whose names have a word in them, and prints a line for each."""
    [token] = await access_tokens(platform, organization, 1)
    async with platform.core() as core:
        pids = platform.on_the_way(core)
        await load.ready(platform.gateway, _path(organization, {}), token)
        asked = _Asked(platform, organization, token)
        wanted = [kind for kind in kinds(organization, await asked.names()) if only in kind.name]
        await _paced(asked, wanted, pids, count)
        for kind in wanted:
            await _measured(asked, kind, pids, count)


async def _paced(asked: "_Asked", wanted: list[Kind], pids: dict[str, int], count: int) -> None:
    """Asks a question of each kind in turn, another one in each round."""
    rounds = 1 + RATE * PACED // len(wanted)
    paths = [
        _path(asked.organization, kind.questions[number % len(kind.questions)])
        for number in range(rounds)
        for kind in wanted
    ]
    gateway, token = asked.platform.gateway, asked.token
    await load.each(gateway, paths[: 2 * len(wanted)], token, connections=1)
    before = processor_seconds(pids)
    run = await paced.paced(gateway, paths, token, RATE, PACED)
    spent = sum(processor_seconds(pids).values()) - sum(before.values())
    emit(
        "million_paced",
        p50_ms=percentile(run.latencies, 0.5),
        p99_ms=percentile(run.latencies, 0.99),
        longest_ms=max(run.latencies),
        requests=len(run.latencies),
        failures=len(run.latencies) - run.statuses.get("200", 0),
        per_second=RATE,
        processor_ms_each=1000 * spent / len(run.latencies),
        findings=count,
    )


async def _measured(asked: "_Asked", kind: Kind, pids: dict[str, int], count: int) -> None:
    paths = [_path(asked.organization, question) for question in kind.questions]
    if kind.name.startswith("page "):
        paths = await asked.pages(kind.questions[0])
    paths = list(islice(cycle(paths), REQUESTS))
    await load.each(asked.platform.gateway, paths[:40], asked.token, connections=CLIENTS)
    before = processor_seconds(pids)
    run = await load.each(asked.platform.gateway, paths, asked.token, connections=CLIENTS)
    after = processor_seconds(pids)
    spent = {name: 1000 * (after[name] - before[name]) / run.requests for name in after}
    naive = await asked.naive(kind)
    _report(kind, run, spent, naive, count)


def _report(kind: Kind, run: Load, spent: dict[str, float], naive: tuple[float, ...], count: int) -> None:
    emit(
        "million",
        asked=kind.name,
        p50_ms=run.percentile(0.5),
        p99_ms=run.percentile(0.99),
        requests=run.requests,
        failures=run.failures,
        clients=CLIENTS,
        processor_ms_each=sum(spent.values()),
        postgres_ms_each=spent["postgres"],
        core_ms_each=spent["core"],
        naive_sql_p50_ms=percentile(naive, 0.5),
        naive_ratio=percentile(naive, 0.5) / run.percentile(0.5),
        findings=count,
    )


@dataclass(frozen=True)
class _Asked:
    platform: Backend
    organization: UUID
    token: str

    async def names(self) -> list[str]:
        """Returns the names of some findings."""
        return [finding["name"] for finding in (await self._page({"pageSize": "300"}))["findings"]]

    async def pages(self, question: dict[str, str]) -> list[str]:
        """Returns the paths of the second page of a list and of those that follow."""
        paths, token = [], ""
        for _ in range(_PAGES):
            answer = await self._page({**question, "pageToken": token} if token else question)
            token = answer.get("nextPageToken", "")
            if not token:
                break
            paths.append(_path(self.organization, {**question, "pageToken": token}))
        return paths

    async def naive(self, kind: Kind) -> tuple[float, ...]:
        """Returns how long the statement that one would write first takes, in ms."""
        dsn = self.platform.environment["XORB_POSTGRES_DSN"].replace("postgresql+asyncpg://", "postgresql://")
        connection = await asyncpg.connect(
            dsn,
            server_settings={
                "xorb.organization": str(self.organization),
                "statement_timeout": str(_NAIVE_TIMEOUT),
            },
        )
        condition, order = kind.naive
        offset = PAGE * (_PAGES // 2) if kind.name.startswith("page ") else 0
        statement = f"SELECT * FROM findings WHERE {condition} ORDER BY {order} LIMIT {PAGE} OFFSET {offset}"  # noqa: S608 - constants
        try:
            first = await _timed(connection, statement)
            again = range(_NAIVE) if first < _NAIVE_PATIENCE else ()
            return tuple([await _timed(connection, statement) for _ in again]) or (first,)
        finally:
            await connection.close()

    async def _page(self, question: dict[str, str]) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.platform.gateway}{_path(self.organization, question)}"
        request = Request(url, headers={"Authorization": f"Bearer {self.token}"})
        answer = await asyncio.to_thread(lambda: urlopen(request, timeout=60).read())  # noqa: S310 - our own
        page: dict[str, Any] = json.loads(answer)
        return page


async def _timed(connection: asyncpg.Connection, statement: str) -> float:
    begun = time.perf_counter()
    try:
        await connection.fetch(statement)
    except asyncpg.QueryCanceledError:
        return float(_NAIVE_TIMEOUT)
    return 1000 * (time.perf_counter() - begun)


def _path(organization: UUID, question: dict[str, str]) -> str:
    if "name" in question:
        return f"/v1/{question['name']}"
    parameters = urlencode({"pageSize": str(PAGE), **question})
    return f"/v1/organizations/{organization}/findings?{parameters}"


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else FINDINGS))
