"""The dashboard of a million findings, through the whole chain, and what its counters cost whoever changes findings.

What they stand beside, in the same run: a recount of the same organization by the statement that finds wrong counters,
and the same changes without the triggers that keep counters.
"""

import time
from uuid import UUID

import asyncpg

from bench import filling, load, million, paced
from bench.backend import Backend
from bench.load import percentile
from bench.members import access_tokens
from bench.report import emit
from bench.usage import processor_seconds
from services.core.findings.dashboard.recounting import store as recounting
from services.mesh.calls import Call
from services.mesh.database import Database

_RATE = 20  # requests a second
_SECONDS = 20
_CHANGED = 1000
_ROUNDS = 8
_KEEPERS = ("count_on_insert", "count_on_update", "count_on_delete")
_CHANGE = """
    UPDATE findings SET state = CASE state WHEN 1 THEN 2 ELSE 1 END
    WHERE id IN (SELECT id FROM findings WHERE state IN (1, 2) ORDER BY last_seen_at DESC, id LIMIT $1)
"""


async def main(count: int = million.FINDINGS) -> None:
    """Measures reading, recounting and changing."""
    async with million.filled(count) as (platform, organization):
        await _read(platform, organization, count)
        await _changed(platform, organization, count)


async def _read(platform: Backend, organization: UUID, count: int) -> None:
    [token] = await access_tokens(platform, organization, 1)
    path = f"/v1/organizations/{organization}/dashboard"
    async with platform.core() as core:
        pids = platform.on_the_way(core)
        await load.ready(platform.gateway, path, token)
        await load.get(platform.gateway, path, token, connections=1, seconds=2)
        before = processor_seconds(pids)
        run = await paced.paced(platform.gateway, path, token, _RATE, _SECONDS)
        after = processor_seconds(pids)
    recount, wrong = await _recounted(platform, organization)
    p50 = percentile(run.latencies, 0.5)
    emit(
        "dashboard_read",
        p50_ms=p50,
        p99_ms=percentile(run.latencies, 0.99),
        requests=len(run.latencies),
        failures=len(run.latencies) - run.statuses.get("200", 0),
        per_second=_RATE,
        **{f"{name}_ms_each": 1000 * (after[name] - before[name]) / len(run.latencies) for name in after},
        recount_ms=recount,
        recount_ratio=recount / p50,
        wrong_counters=wrong,
        findings=count,
    )


async def _recounted(platform: Backend, organization: UUID) -> tuple[float, int]:
    """Returns how long a recount takes, in ms, and how many counters it finds wrong."""
    database = Database.connect(platform.environment["XORB_POSTGRES_DSN"])
    try:
        async with database.unit(Call("bench", organization=organization)) as unit:
            begun = time.perf_counter()
            wrong = await recounting.differences(unit)
            return 1000 * (time.perf_counter() - begun), len(wrong)
    finally:
        await database.close()


async def _changed(platform: Backend, organization: UUID, count: int) -> None:
    """Changes findings with the triggers and without, in turn; all of it is rolled back."""
    pids = {"postgres": platform.pids["postgres"]}
    async with filling.connected(platform.environment["XORB_POSTGRES_OWNER_DSN"], organization) as owner:
        taken: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(_ROUNDS):
            for kept, times in taken.items():
                times.append(await _once(owner, pids, kept=kept))
    with_them, without = (percentile(tuple(taken[kept]), 0.5) for kept in (True, False))
    emit(
        "dashboard_counters",
        us_each=with_them - without,
        us_each_with=with_them,
        us_each_without=without,
        ratio=with_them / without,
        changed_at_once=_CHANGED,
        rounds=_ROUNDS,
        findings=count,
    )


async def _once(owner: asyncpg.Connection, pids: dict[str, int], *, kept: bool) -> float:
    """Returns the processor time that PostgreSQL takes for each finding changed, in µs."""
    transaction = owner.transaction()
    await transaction.start()
    try:
        if not kept:
            for name in _KEEPERS:
                await owner.execute(f"ALTER TABLE findings DISABLE TRIGGER {name}")
        before = processor_seconds(pids)["postgres"]
        for _ in range(_ROUNDS):
            await owner.execute(_CHANGE, _CHANGED)
        return 1e6 * (processor_seconds(pids)["postgres"] - before) / (_ROUNDS * _CHANGED)
    finally:
        await transaction.rollback()
