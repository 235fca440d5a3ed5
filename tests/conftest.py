"""Fixtures for every test: the embedded components, booted once a session and only if a test asks for them."""

from collections.abc import AsyncIterator

import pytest_asyncio

from stack.testing import embedded


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack_environment() -> AsyncIterator[dict[str, str]]:
    """PostgreSQL, Valkey, OpenBao and Temporal in a private home: the ``XORB_*`` settings to reach them."""
    async with embedded() as environment:
        yield environment
