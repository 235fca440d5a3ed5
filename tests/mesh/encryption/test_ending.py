"""Who is gone is given no key, and the end waits for a key that is being made."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.encryption import ending
from services.mesh.encryption.envelope import SealBrokenError
from services.mesh.testing import call_of
from tests.isolation.conftest import superuser, superuser_dsn
from tests.mesh.encryption.keys import keyring, organization_keys
from tests.mesh.events.harness import eventually

__all__ = ["superuser", "superuser_dsn"]

_ERASE = "INSERT INTO erasures (organization_id, actor, requested_at, finished_at) VALUES ($1, '', now(), now())"
_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"


@pytest_asyncio.fixture(loop_scope="session")
async def database(database_environment: dict[str, str]) -> AsyncIterator[Database]:
    opened = Database.connect(database_environment["XORB_POSTGRES_DSN"], keys=keyring(database_environment))
    yield opened
    await opened.close()


async def test_who_is_gone_is_given_no_key(
    database: Database, superuser: asyncpg.Connection, database_environment: dict[str, str]
) -> None:
    organization = identifiers.new()
    await superuser.execute(_ERASE, organization)
    with pytest.raises(SealBrokenError):
        async with database.unit(call_of(organization)) as unit:
            await unit.sealer()
    assert await organization_keys(database_environment, "orchestrator").version(organization) == 0


async def test_the_end_waits_for_a_key_that_is_being_made(database: Database, superuser: asyncpg.Connection) -> None:
    organization = identifiers.new()

    async def end() -> None:
        async with database.unit(call_of(organization)) as unit:
            await ending.wait(unit)

    async with database.unit(call_of(organization)) as unit:
        await unit.sealer()
        task = asyncio.create_task(end())

        async def waits() -> bool:
            return bool(await superuser.fetchval(_WAITS))

        await eventually(waits)
        assert not task.done()
    await task
