"""Fixtures: both planes, as far as signing in needs them, and somebody signed in."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.security.identity.person import Person
from tests.security.identity.plane import Platform, served


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def plane(database_environment: dict[str, str]) -> AsyncIterator[Platform]:
    """Both planes; keep tests apart by account."""
    async with served(database_environment) as platform:
        yield platform


@pytest.fixture
async def person(plane: Platform) -> Person:
    """Somebody new, signed in with a password."""
    return await Person.new(plane)
