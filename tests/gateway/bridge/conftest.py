"""Fixtures: a service behind a bridge."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.gateway.bridge.site import Site, open_site


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    """A site with short times."""
    async with open_site() as opened:
        yield opened
