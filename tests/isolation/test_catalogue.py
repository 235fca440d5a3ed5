"""Nothing in the database gets round the isolation of organizations, and each rule that says so notices its faults."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from tests.isolation.catalogue import EXEMPT, RULES, findings, prepare
from tests.isolation.faults import FAULTS

_TABLES = """
    SELECT string_agg(oid::regclass::text, ', ') FROM pg_class
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
"""


@pytest_asyncio.fixture(loop_scope="session")
async def catalogue(superuser: asyncpg.Connection) -> asyncpg.Connection:
    await prepare(superuser)
    return superuser


@pytest_asyncio.fixture(loop_scope="session")
async def scratch(catalogue: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """The catalogue inside a transaction that never happened, with empty tables: other tests' rows break no fault."""
    transaction = catalogue.transaction()
    await transaction.start()
    # Others must not wait long for a lock that a fault takes.
    await catalogue.execute("SET LOCAL lock_timeout = '5s'")
    await catalogue.execute(f"TRUNCATE {await catalogue.fetchval(_TABLES)}")
    yield catalogue
    await transaction.rollback()


@pytest.mark.parametrize("rule", RULES)
async def test_the_database_keeps_every_rule(catalogue: asyncpg.Connection, rule: str) -> None:
    assert await findings(catalogue, rule) == []


@pytest.mark.parametrize(("rule", "fault"), [(rule, fault) for rule, faults in FAULTS.items() for fault in faults])
async def test_a_rule_notices_a_fault(scratch: asyncpg.Connection, rule: str, fault: str) -> None:
    before = await findings(scratch, rule)
    await scratch.execute(fault)
    assert set(await findings(scratch, rule)) > set(before)


def test_every_rule_is_proved() -> None:
    assert set(RULES) == set(FAULTS)


async def test_the_list_of_tables_is_short_and_all_others_are_protected(catalogue: asyncpg.Connection) -> None:
    protected = {
        row["relname"] for row in await catalogue.fetch("SELECT relname FROM tenants WHERE NOT relispartition")
    }
    assert len(EXEMPT) <= len(protected)
    assert {"event_log", "idempotency_keys", "organizations", "memberships", "targets", "scans"} <= protected
    assert {"scan_targets", "scan_tasks", "scan_log_entries", "evidence", "findings", "sightings"} <= protected
    assert all(entry.reason for entry in EXEMPT.values())
