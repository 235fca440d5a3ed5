"""Fixtures for every test: the embedded components, booted once a session and only if asked for."""

from collections.abc import AsyncIterator

import pytest_asyncio

from services.migrations.run import migrate
from stack.testing import EVERYTHING, embedded


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack_environment() -> AsyncIterator[dict[str, str]]:
    """PostgreSQL, Valkey, OpenBao and Temporal in a private home: the ``XORB_*`` settings to reach them."""
    async with embedded() as environment:
        yield environment


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database_environment(stack_environment: dict[str, str]) -> dict[str, str]:
    """The same components with the newest schema; keep tests apart by organization, not by cleaning up."""
    await migrate(stack_environment["XORB_POSTGRES_OWNER_DSN"])
    return stack_environment


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def platform_environment() -> AsyncIterator[dict[str, str]]:
    """The whole platform with the demo target, its edge at ``XORB_GATEWAY_PORT`` on 127.0.0.1: for end-to-end tests."""
    async with embedded(*EVERYTHING) as environment:
        yield environment
