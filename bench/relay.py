"""How many events a second the relay brings from the log to Redis: out of a backlog, and while writers write.

What is compared: a reader that polls for `sequence > last`, without horizon, predecessors, script or stored cursor,
and so without the promises that these keep.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from redis.asyncio import Redis
from sqlalchemy import text

from bench.platform import Platform, running
from bench.report import emit
from services.mesh import identifiers
from services.mesh.calls import Call
from services.mesh.database import Database
from services.mesh.events import cursor, stream
from services.mesh.events.model import START, Event, Position

BACKLOG = 25_000
ORGANIZATIONS = 20
WRITERS = 4
SECONDS = 3.0
ROUNDS = 3
_LONGEST_SECONDS = 60.0
_LOST_AFTER_SECONDS = 1.0
_SNAPSHOT_BYTES = 600
_KINDS = ("ours", "naive")
_NAMES = {"ours": "relay", "naive": "relay_naive_poller"}
_FILL = text(
    "INSERT INTO event_log "
    "(organization_id, id, type, resource, actor, summary, snapshot, snapshot_type, trace_context) "
    "SELECT CAST(:organization AS uuid), gen_random_uuid(), 'finding.updated', 'organizations/o/findings/' || number, "
    "'bench', 'event ' || number, CAST(:snapshot AS bytea), 'xorb.core.v1.Finding', '{}' "
    "FROM generate_series(1, CAST(:events AS integer)) AS number"
)

_LAST = text(
    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS transaction, max(sequence) AS sequence FROM event_log"
)


@dataclass(frozen=True)
class Bench:
    """What the log is written with and the streams are looked at with."""

    platform: Platform
    database: Database
    reader: Database
    redis: Redis
    organizations: Sequence[UUID]


async def main() -> None:
    """Measures both in turn, several times, and prints the median round of each."""
    rates: dict[tuple[str, str], list[float]] = defaultdict(list)
    lost: dict[str, int] = dict.fromkeys(_KINDS, 0)
    async with _bench() as bench:
        await _fill(bench)
        for _ in range(ROUNDS):
            for kind in _KINDS:
                rates["backlog", kind].append(await _backlog(bench, kind))
        for _ in range(ROUNDS):
            for kind in _KINDS:
                rate, missing = await _steady(bench, kind)
                rates["4 writers", kind].append(rate)
                lost[kind] += missing
    for (what, kind), each in rates.items():
        rate = sorted(each)[ROUNDS // 2]
        emit(
            _NAMES[kind], what=what, events_per_second=rate, rounds=ROUNDS, lost=lost[kind] if what != "backlog" else 0
        )
    for what in ("backlog", "4 writers"):
        pairs = zip(rates[what, "ours"], rates[what, "naive"], strict=True)
        emit("relay_ratio", what=what, ratio=sorted(one / other for one, other in pairs)[ROUNDS // 2], rounds=ROUNDS)


@contextlib.asynccontextmanager
async def _bench() -> AsyncIterator[Bench]:
    async with running("postgres", "valkey", "migrate") as platform:
        database = Database.connect(platform.environment["XORB_POSTGRES_DSN"])
        reader = Database.connect(platform.environment["XORB_POSTGRES_RELAY_DSN"])
        async with Redis.from_url(platform.environment["XORB_REDIS_URL"]) as redis:
            yield Bench(platform, database, reader, redis, [identifiers.new() for _ in range(ORGANIZATIONS)])
        await database.close()
        await reader.close()


async def _backlog(bench: Bench, kind: str) -> float:
    """Returns the events per second from a relay's first event to its last."""
    async with _relaying(bench, kind, START):
        first = await _begun(bench)
        begun = time.perf_counter()
        added, ended = await _settled(bench, BACKLOG)
        assert added == BACKLOG
        return (BACKLOG - first) / (ended - begun)


async def _steady(bench: Bench, kind: str) -> tuple[float, int]:
    """Returns how many events a second were relayed, from the first write to the last arrival, and how many weren't."""
    async with _relaying(bench, kind, await _end(bench)):
        first = await _write(bench, until=time.perf_counter())
        await _begun(bench)
        begun = time.perf_counter()
        written = sum(await asyncio.gather(*(_write(bench, begun + SECONDS) for _ in range(WRITERS))))
        added, ended = await _settled(bench, first + written)
        return (added - first) / (ended - begun), first + written - added


async def _end(bench: Bench) -> Position:
    """Returns the end of the log."""
    async with bench.reader.engine.connect() as connection:
        row = (await connection.execute(_LAST)).one()
        return Position(int(row.transaction) - 1, row.sequence)


async def _write(bench: Bench, until: float) -> int:
    """Writes events, one in each transaction, and at least one; returns how many."""
    written = 0
    while not written or time.perf_counter() < until:
        organization = bench.organizations[written % ORGANIZATIONS]
        async with bench.database.unit(Call("bench", organization=organization)) as unit:
            resource = f"organizations/{organization}/findings/{written}"
            unit.record(Event("finding.updated", resource, "written", bytes(_SNAPSHOT_BYTES), "xorb.core.v1.Finding"))
        written += 1
    return written


async def _fill(bench: Bench) -> None:
    for organization in bench.organizations:
        async with bench.database.unit(Call("bench", organization=organization)) as unit:
            values = {"snapshot": os.urandom(_SNAPSHOT_BYTES), "events": BACKLOG // ORGANIZATIONS}
            await unit.execute(_FILL, {"organization": organization, **values})


async def _begun(bench: Bench) -> int:
    """Waits for the first events in the streams, and returns how many there are."""
    async with asyncio.timeout(_LONGEST_SECONDS):
        while not (added := await _added(bench)):  # noqa: ASYNC110 - the relay is elsewhere
            await asyncio.sleep(0.005)
    return added


async def _settled(bench: Bench, events: int) -> tuple[int, float]:
    """Waits for so many events in the streams, or until no more come; returns how many came and when the last did."""
    added, last = 0, time.perf_counter()
    while added < events and time.perf_counter() < last + _LOST_AFTER_SECONDS:
        before, added = added, await _added(bench)
        if added > before:
            last = time.perf_counter()
        await asyncio.sleep(0.005)
    return added, last


async def _added(bench: Bench) -> int:
    """Returns how many events were ever added to the streams."""
    pipeline = bench.redis.pipeline(transaction=False)
    for organization in bench.organizations:
        pipeline.xinfo_stream(stream.key(organization))
    answers = await pipeline.execute(raise_on_error=False)
    return sum(answer["entries-added"] for answer in answers if isinstance(answer, dict))


@contextlib.asynccontextmanager
async def _relaying(bench: Bench, kind: str, after: Position) -> AsyncIterator[None]:
    """Runs a relay that has everything after a position before it, and publishes to empty streams."""
    await bench.redis.delete(*(stream.key(organization) for organization in bench.organizations))
    name = f"bench {identifiers.new()}"
    async with bench.reader.engine.connect() as connection:
        await cursor.store(connection, name, after)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.relaying", kind),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert process.stdin
    environment = bench.platform.environment
    addresses = {"dsn": environment["XORB_POSTGRES_RELAY_DSN"], "redis": environment["XORB_REDIS_URL"]}
    settings = {**addresses, "name": name, "after": str(after.sequence)}
    process.stdin.write(json.dumps(settings).encode() + b"\n")
    try:
        yield
    finally:
        process.kill()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(main())
