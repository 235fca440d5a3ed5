"""Fixtures of the end-to-end tests: the whole platform, and people on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.mesh.database import Database
from tests.e2e.members import Member, join
from tests.e2e.platform import Platform, connected
from tests.e2e.terminal import Run, terminal
from tests.mesh.encryption.keys import keyring


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def platform(platform_environment: dict[str, str]) -> AsyncIterator[Platform]:
    """The whole platform, booted once a session."""
    async with connected(platform_environment) as platform:
        yield platform


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database(platform_environment: dict[str, str]) -> AsyncIterator[Database]:
    """The platform's database with the services' role."""
    database = Database.connect(platform_environment["XORB_POSTGRES_DSN"], keys=keyring(platform_environment))
    yield database
    await database.close()


@pytest_asyncio.fixture
async def member(platform: Platform) -> Member:
    """The owner of an organization of the test's own."""
    return await join(platform)


@pytest.fixture
def xorb(
    platform: Platform, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Runs a command line of somebody, and gives what it prints."""
    return terminal(platform, tmp_path, capsys, monkeypatch)
