"""What tests of isolation stand on: a way into the database that nothing is hidden from, to judge by."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from stack.components import postgres
from stack.settings import load


@pytest.fixture(scope="session")
def superuser_dsn(database_environment: dict[str, str]) -> str:
    """The migrated database's address for its superuser, as asyncpg takes it."""
    dsn = postgres.dsn(load(database_environment), postgres.SUPERUSER)
    return dsn.replace("postgresql+asyncpg://", "postgresql://")


@pytest_asyncio.fixture(loop_scope="session")
async def superuser(superuser_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the superuser."""
    connection = await asyncpg.connect(superuser_dsn)
    yield connection
    await connection.close()
