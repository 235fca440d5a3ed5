"""Fixtures of the rate limits: a client of the session's Valkey, and a line to it that can be cut."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest_asyncio
from redis.asyncio import Redis

from gateway.ratelimit import shared
from tests.gateway.ratelimit.buckets import Line, line


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def redis(stack_environment: dict[str, str]) -> AsyncIterator[Redis]:
    """A client that waits as long as a busy machine may take."""
    client = shared.connect(stack_environment["XORB_REDIS_URL"], 10)
    yield client
    await client.aclose()


@pytest_asyncio.fixture
async def cable(stack_environment: dict[str, str], tmp_path: Path) -> AsyncIterator[Line]:
    """A line of the test's own to the session's Valkey."""
    upstream = Path(urlsplit(stack_environment["XORB_REDIS_URL"]).path)
    async with line(tmp_path / "line.sock", upstream) as one:
        yield one


@pytest_asyncio.fixture
async def far_redis(stack_environment: dict[str, str], cable: Line) -> AsyncIterator[Redis]:
    """A client over that line, which gives up after half a second."""
    parts = urlsplit(stack_environment["XORB_REDIS_URL"])
    client = shared.connect(f"unix://:{parts.password}@{cable.socket}", 0.5)
    yield client
    await client.aclose()
