"""Fixtures: the world of organizations and their people, and an owner in it."""

from collections.abc import AsyncIterator

import pytest_asyncio

from services.mesh.database import Database
from tests.core.organizations.world import Person, World
from tests.core.organizations.world import world as made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(database_environment: dict[str, str], database: Database) -> AsyncIterator[World]:
    """The services, and people."""
    async with made(database_environment, database) as world:
        yield world


@pytest_asyncio.fixture(loop_scope="session")
async def owner(world: World) -> Person:
    """The owner of an organization of the test's own."""
    return await world.founder()
