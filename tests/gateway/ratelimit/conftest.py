"""Fixtures of the rate limits: the session's Valkey, a line to it that can be cut, and a limited platform."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest_asyncio
from redis.asyncio import Redis

from gateway.ratelimit import shared
from stack.polling import until
from tests.e2e.members import Member, join
from tests.e2e.platform import Platform
from tests.gateway.ratelimit.buckets import Line, line
from tests.gateway.ratelimit.limited import limited_platform, signs_in


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


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def limited() -> AsyncIterator[Platform]:
    """The whole platform behind its edge, with limits that a test can reach."""
    async with limited_platform() as platform:
        yield platform


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def buckets(limited: Platform) -> AsyncIterator[Redis]:
    """A client of that platform's Valkey."""
    client = shared.connect(limited.environment["XORB_REDIS_URL"], 10)
    yield client
    await client.aclose()


@pytest_asyncio.fixture
async def member(limited: Platform, buckets: Redis) -> Member:
    """Somebody whose sign-in is counted for nobody else, and whose buckets are full."""
    await buckets.delete(shared.bucket_key("SIGN_IN:address:127.0.0.1"))
    await until(lambda: signs_in(limited), 10)
    return await join(limited)
