"""What has expired is removed, in batches; what hasn't can't be, whatever the relay's role says or sets."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from services.mesh import identifiers, tasks
from services.mesh.events import stream
from services.mesh.sweeping.sweeper import Sweeper
from tests.core.organizations.deletion.rows import counted, fill
from tests.isolation.catalogue import EXPIRED
from tests.mesh.events.harness import eventually

_ROWS, _OLD = 5, 3
_SINGLE = {"accounts", "organizations", "data_keys", "deadline_policies", "notification_positions"}
# The relay reads them, and removes nothing from them.
_READ = {"event_log", "notification_positions"}
_TIMES: Mapping[str, str] = MappingProxyType({"idempotency_keys": "created_at"})


@pytest_asyncio.fixture(loop_scope="session")
async def relay(database_environment: dict[str, str]) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the relay's role."""
    dsn = database_environment["XORB_POSTGRES_RELAY_DSN"].replace("postgresql+asyncpg://", "postgresql://")
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@pytest_asyncio.fixture(loop_scope="session")
async def organization(superuser: asyncpg.Connection) -> UUID:
    """An organization, and an account with the same identifier, with rows in every table; some have expired."""
    made = identifiers.new()
    await fill(superuser, made, _ROWS)
    await superuser.execute("INSERT INTO accounts VALUES ($1, gen_random_uuid()::text, '', '', now())", made)
    await superuser.execute(
        "INSERT INTO sessions SELECT gen_random_uuid(), $1, $1, now(), now() + interval '1 day' "
        "FROM generate_series(1, $2)", made, _ROWS,
    )  # fmt: skip
    await superuser.execute(
        "INSERT INTO challenges SELECT convert_to(md5(random()::text), 'UTF8'), '', $1, '', '', 0, "
        "now() + interval '1 minute' FROM generate_series(1, $2)", made, _ROWS,
    )  # fmt: skip
    for table in EXPIRED:
        time, own = _TIMES.get(table, "expires_at"), _own(table)
        await superuser.execute(
            f"UPDATE {table} SET {time} = now() - interval '1 year' "  # noqa: S608 - names of the catalogue
            f"WHERE ctid IN (SELECT ctid FROM {table} WHERE {own} = $1 LIMIT $2)", made, _OLD,
        )  # fmt: skip
    return made


async def left(connection: asyncpg.Connection, table: str, organization: UUID) -> int:
    """How many rows an organization or its account has in a table."""
    count = await connection.fetchval(f"SELECT count(*) FROM {table} WHERE {_own(table)} = $1", organization)  # noqa: S608
    assert isinstance(count, int)
    return count


async def test_what_has_expired_is_removed(
    database_environment: dict[str, str], superuser: asyncpg.Connection, organization: UUID
) -> None:
    before = await counted(superuser, organization)
    redis = stream.connect(database_environment["XORB_REDIS_URL"])
    sweeper = Sweeper(database_environment["XORB_POSTGRES_RELAY_DSN"], redis, (), batch=2, pause=0.1)
    sweeping = asyncio.create_task(sweeper.run())

    async def swept() -> bool:
        return all([await left(superuser, table, organization) == _ROWS - _OLD for table in EXPIRED])

    try:
        await eventually(swept, seconds=30)
    finally:
        await tasks.end(sweeping)
        await redis.aclose()
    after = await counted(superuser, organization)
    assert {table for table in before if after[table] != before[table]} == set(EXPIRED) - {"sessions", "challenges"}
    assert await left(superuser, "accounts", organization) == 1


@pytest.mark.parametrize("setting", ["xorb.organization", "xorb.account", "xorb.nothing"])
async def test_no_statement_removes_what_has_not(
    relay: asyncpg.Connection, superuser: asyncpg.Connection, organization: UUID, setting: str
) -> None:
    tables = [*(await counted(superuser, organization)), "accounts", "sessions", "challenges"]
    async with relay.transaction():
        await relay.execute("SELECT set_config($1, $2, true)", setting, str(organization))
        for table in tables:
            if table not in EXPIRED and table not in _READ:
                assert await left(relay, table, organization) == 0
            await relay.execute(f"DELETE FROM {table}")  # noqa: S608 - names of the catalogue
    for table in tables:
        expected = _ROWS - _OLD if table in EXPIRED else 1 if table in _SINGLE else _ROWS
        assert await left(superuser, table, organization) == expected


def _own(table: str) -> str:
    own = {"accounts": "id", "organizations": "id", "sessions": "account_id", "challenges": "account_id"}
    return own.get(table, "organization_id")
