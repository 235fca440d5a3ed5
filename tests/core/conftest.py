"""What tests of the core plane stand on: the database with the newest schema."""

from collections.abc import AsyncIterator

import pytest_asyncio

from services.mesh.database import Database
from tests.mesh.encryption.keys import keyring


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database(database_environment: dict[str, str]) -> AsyncIterator[Database]:
    """The database with the services' role."""
    database = Database.connect(database_environment["XORB_POSTGRES_DSN"], keys=keyring(database_environment))
    yield database
    await database.close()
