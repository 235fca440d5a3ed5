import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from redis.asyncio import Redis

from services.mesh.database import Database
from services.mesh.events import stream
from services.migrations.run import migrate
from tests.mesh.events.processes import Valkey


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def dsns(stack_environment: dict[str, str]) -> dict[str, str]:
    """SQLAlchemy URLs of a migrated database, by role: owner, app and relay."""
    await migrate(stack_environment["XORB_POSTGRES_OWNER_DSN"])
    return {
        "owner": stack_environment["XORB_POSTGRES_OWNER_DSN"],
        "app": stack_environment["XORB_POSTGRES_DSN"],
        "relay": stack_environment["XORB_POSTGRES_RELAY_DSN"],
    }


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database(dsns: dict[str, str]) -> AsyncIterator[Database]:
    """The database with the services' role."""
    database = Database.connect(dsns["app"], pool=16)
    yield database
    await database.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def valkey() -> AsyncIterator[Valkey]:
    """A Valkey of our own, to be killed at will; every test that kills it starts it again."""
    with tempfile.TemporaryDirectory(prefix="xorb-") as folder:
        valkey = Valkey(Path(folder))
        await valkey.start()
        try:
            yield valkey
        finally:
            await valkey.kill()


@pytest_asyncio.fixture(loop_scope="session")
async def redis(valkey: Valkey) -> AsyncIterator[Redis]:
    """A client of the Valkey."""
    client = stream.connect(valkey.url)
    yield client
    await client.aclose()
