"""Counters are what a recount comes to, whatever is written to findings, by how many at once, and however it ends."""

import asyncio
import contextlib
import random
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import text

from services.mesh import identifiers
from services.mesh.database import Database, Unit
from services.mesh.testing import call_of
from tests.core.findings.dashboard.conftest import wrong

_WRITERS, _STEPS = 4, 20
_INSERT = text(
    """
    INSERT INTO findings (organization_id, id, target_id, check_id, asset, location, title, description,
        severity, remediation, reworded, cvss_vector, cvss_score, cwes, cves, reference_urls, evidence, state,
        dismissal_reason, sighting_count, scan_id, first_seen_at, last_seen_at, updated_at, revision, tool)
    SELECT CAST(:organization AS uuid), uuidv7(), CASE WHEN number % 3 > 0 THEN CAST(:target AS uuid) END,
        'c', 'host-' || (number + :salt) % 300, 'l', 't', '', (number + :salt) % 6, '', '{}', '', 0, '{}', '{}', '{}',
        '', (ARRAY[1, 1, 1, 2, 4, 5, 6, 7])[1 + (number + :salt) % 8], '', 1, NULL,
        now() - (number + :salt) * interval '17 minutes', now(), now(), 1, 'tool-' || number % 4
    FROM generate_series(1, :count) AS number
    """
)
_CHANGES = (
    "severity = (severity + 1) % 6, tool = 'tool-x'",
    "state = 3, updated_at = now(), state_before = NULL, duplicate_of = NULL",
    "state = 1, updated_at = now(), state_before = NULL, duplicate_of = NULL",
    "state = 7, state_before = NULL, duplicate_of = NULL",
    "state_before = CASE state WHEN 8 THEN state_before ELSE state END, state = 8, duplicate_of = gen_random_uuid()",
    "state = coalesce(state_before, state), state_before = NULL, duplicate_of = NULL",
    "target_id = CAST(:target AS uuid), asset = 'host-y'",
    "clock_stage = (clock_stage + 1) % 4",
    "last_seen_at = now(), sighting_count = sighting_count + 1",
    "first_seen_at = first_seen_at - interval '3 days'",
)
_UPDATE = "UPDATE findings SET {} WHERE id IN (SELECT id FROM findings ORDER BY {} LIMIT :count FOR UPDATE SKIP LOCKED)"


class _Undone(Exception):
    """Rolls a transaction back."""


@dataclass
class Writer:
    """Somebody who writes findings in any way, some of it in vain."""

    database: Database
    organization: UUID
    chance: random.Random
    targets: list[UUID] = field(default_factory=lambda: [identifiers.new() for _ in range(3)])

    async def work(self, steps: int) -> None:
        """Takes some steps, each a transaction of a few statements."""
        for _ in range(steps):
            with contextlib.suppress(_Undone):
                await self._step()

    async def _step(self) -> None:
        async with self.database.unit(call_of(self.organization)) as unit:
            for _ in range(self.chance.randint(1, 3)):
                await self._write(unit)
            if self.chance.random() < 0.2:
                raise _Undone

    async def _write(self, unit: Unit) -> None:
        values: dict[str, Any] = {"target": self.chance.choice(self.targets), "count": self.chance.randint(1, 120)}
        if self.chance.random() < 0.3:
            salt = self.chance.randint(0, 100_000)
            await unit.execute(_INSERT, {"organization": unit.organization, "salt": salt, **values})
            return
        change = self.chance.choice(_CHANGES)
        order = self.chance.choice(("id", "id DESC", "asset, id", "first_seen_at, id"))
        wanted = values if ":target" in change else {"count": values["count"]}
        await unit.execute(text(_UPDATE.format(change, order)), wanted)


@pytest_asyncio.fixture(loop_scope="session")
async def owner(database_environment: dict[str, str]) -> Any:
    """A connection of the schema's owner, who alone may remove findings."""
    dsn = database_environment["XORB_POSTGRES_OWNER_DSN"].replace("+asyncpg", "")
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@pytest.mark.parametrize("seed", range(2))
async def test_counters_are_right_after_anything(database: Database, owner: asyncpg.Connection, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    organization = identifiers.new()
    others = [identifiers.new() for _ in range(2)]
    writers = [
        Writer(database, one, random.Random(chance.random()))  # noqa: S311 - as above
        for one in (*[organization] * _WRITERS, *others)
    ]
    await asyncio.gather(*(writer.work(_STEPS) for writer in writers))
    assert await wrong(database, organization) == []
    async with owner.transaction():
        await owner.execute(f"SET LOCAL xorb.organization = '{organization}'")
        gone = await owner.execute("DELETE FROM findings WHERE severity IN (1, 3)")
    assert gone != "DELETE 0"
    for one in (organization, *others):
        assert await wrong(database, one) == []
        assert await _flows(database, one)


async def test_changes_are_folded_and_never_many(database: Database) -> None:
    organization = identifiers.new()
    writer = Writer(database, organization, random.Random(7))  # noqa: S311 - as above
    async with database.unit(call_of(organization)) as unit:
        for salt in range(30):
            values = {"organization": organization, "target": writer.targets[0], "count": 200, "salt": salt * 200}
            await unit.execute(_INSERT, values)
        unfolded = (await unit.execute(text("SELECT count(*) FROM dashboard_changes"))).scalar_one()
        folded = (await unit.execute(text("SELECT count(*) FROM dashboard_counts"))).scalar_one()
    assert folded > 0
    assert unfolded < 3000
    assert await wrong(database, organization) == []


async def test_writers_do_not_wait_for_each_other(database: Database) -> None:
    organization = identifiers.new()
    values = {"organization": organization, "target": identifiers.new(), "count": 300}
    async with database.unit(call_of(organization)) as unit:
        for salt in range(10):
            await unit.execute(_INSERT, {**values, "salt": salt * 300})
        # The first is still at work, and has folded.
        async with database.unit(call_of(organization)) as other:
            await other.execute(text("SET LOCAL lock_timeout = '100ms'"))
            for salt in range(10):
                await other.execute(_INSERT, {**values, "salt": 9000 + salt * 300})
    assert await wrong(database, organization) == []


async def test_a_wrong_counter_is_found(database: Database) -> None:
    organization = identifiers.new()
    async with database.unit(call_of(organization)) as unit:
        values = {"organization": organization, "target": identifiers.new(), "count": 10, "salt": 0}
        await unit.execute(_INSERT, values)
        await unit.execute(text("UPDATE findings SET severity = 5"))
        await unit.execute(text("DELETE FROM dashboard_changes WHERE measure = 4 AND scope_id = organization_id"))
    (found,) = await wrong(database, organization)
    assert (found.scope, found.measure.name, found.kept) == (organization, "OPEN", (0, 0, 0, 0, 0, 0))
    assert found.counted[5] > 0


async def _flows(database: Database, organization: UUID) -> bool:
    """Whether what was opened, less what was closed, is what is open."""
    async with database.unit(call_of(organization)) as unit:
        row = await unit.execute(
            text(
                "SELECT (SELECT coalesce(sum((unrated + info + low + medium + high + critical) * sign), 0) FROM ("
                "SELECT *, CASE measure WHEN 6 THEN 1 ELSE -1 END AS sign FROM (SELECT scope_id, measure, unrated, "
                "info, low, medium, high, critical FROM dashboard_counts UNION ALL SELECT scope_id, measure, unrated, "
                "info, low, medium, high, critical FROM dashboard_changes) AS cells "
                "WHERE measure IN (6, 7) AND scope_id = :organization) AS flows) AS flow, "
                "(SELECT count(*) FROM findings WHERE state IN (1, 2, 5, 6)) AS open"
            ),
            {"organization": organization},
        )
        found = row.one()
    return bool(found.flow == found.open)
