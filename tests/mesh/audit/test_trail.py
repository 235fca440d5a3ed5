"""Decisions on their way to the log: soon, in bounds, and not in the way of anything."""

import asyncio
import os
import time
import tracemalloc
import uuid

from services.mesh.audit.model import DENIED, Decision
from services.mesh.audit.tallies import Tallies
from services.mesh.audit.trail import Trail
from services.mesh.database import Database
from tests.mesh.audit.trails import trail_of
from tests.mesh.events.harness import eventually

FLOOD = int(os.environ.get("XORB_AUDIT_FLOOD", "5000"))
_MOST_BYTES = 4 * 1024 * 1024


def denial(log: uuid.UUID, actor: str = "accounts/a") -> Decision:
    return Decision(log, actor, "192.0.2.1", "session", "/x.Y/Z", DENIED, "PERMISSION_DENIED")


async def test_a_decision_is_in_its_log_soon(database: Database) -> None:
    trail, log, other = Trail(database), uuid.uuid4(), uuid.uuid4()

    async def is_there() -> bool:
        return bool(await trail_of(database, log)) and bool(await trail_of(database, other))

    async with trail.running():
        trail.note(denial(log), lambda: "organizations/x")
        trail.note(denial(other), lambda: "")
        await eventually(is_there, 5)
    [row] = await trail_of(database, log)
    expected = {
        "type": "access.denied",
        "actor": "accounts/a",
        "address": "192.0.2.1",
        "session": "session",
        "method": "/x.Y/Z",
        "outcome": "DENIED",
        "reason": "PERMISSION_DENIED",
        "resource": "organizations/x",
        "occurrences": 1,
    }
    assert {name: row[name] for name in expected} == expected


async def test_what_is_left_at_the_end_is_written(database: Database) -> None:
    trail, log = Trail(database, pause=60), uuid.uuid4()
    async with trail.running():
        for _ in range(7):
            trail.note(denial(log), str)
    assert sum(row["occurrences"] for row in await trail_of(database, log)) == 7


async def test_without_a_database_nothing_waits_and_nothing_is_lost_at_first(database: Database) -> None:
    away = Database.connect("postgresql+asyncpg://xorb_app@127.0.0.1:1/xorb")
    tallies, log = Tallies(), uuid.uuid4()
    async with Trail(away, tallies, pause=0.01).running():
        trail = Trail(away, tallies)
        trail.note(denial(log), str)
        await asyncio.sleep(0)
    assert len(tallies) == 1
    async with Trail(database, tallies).running():
        pass
    assert [row["occurrences"] for row in await trail_of(database, log)] == [1]
    await away.close()


async def test_a_flood_leaves_few_rows_and_little_memory(database: Database) -> None:
    """Everybody in an organization tries everything: actors and reasons by the thousand."""
    trail, log = Trail(database, Tallies(most=600, most_of_one=60)), uuid.uuid4()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    longest = 0.0
    async with trail.running():
        for number in range(FLOOD):
            begun = time.perf_counter()
            trail.note(denial(log, f"accounts/{number % 1000}"), str)
            longest = max(longest, time.perf_counter() - begun)
            if number % 100 == 0:
                await asyncio.sleep(0)
        _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    rows = await trail_of(database, log)
    assert sum(row["occurrences"] for row in rows) == FLOOD
    assert len(rows) <= 2 * 60 + 1
    assert peak - before < _MOST_BYTES
    assert longest < 0.1
