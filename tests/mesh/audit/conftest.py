from collections.abc import AsyncIterator

import pytest_asyncio

from services.mesh.database import Database


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database(database_environment: dict[str, str]) -> AsyncIterator[Database]:
    """The database with the services' role."""
    database = Database.connect(database_environment["XORB_POSTGRES_DSN"])
    yield database
    await database.close()
