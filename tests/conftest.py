"""Fixtures for every test: the embedded components, booted once a session and only if asked for."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio

from services.migrations.run import migrate
from stack.settings import DEFAULT_PORTS, project_root
from stack.testing import EVERYTHING, embedded
from tests.watchdog import Watchdog

_DEMO_SECONDS = 170
# Tests can have sidecars fail calls.
_FAULTS = {"XORB_MESH_FAULTS": "on"}


def pytest_configure(config: pytest.Config) -> None:
    """Makes a run that hangs say where, and end."""
    config.pluginmanager.register(Watchdog(config))


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
    async with embedded(*EVERYTHING, settings=_FAULTS) as environment:
        yield environment


async def demo(environment: Mapping[str, str]) -> tuple[int, str]:
    """Run ``make demo`` with these settings: its exit code, and all that a person saw."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "stack", "demo", cwd=project_root(), env=dict(environment),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await asyncio.wait_for(process.communicate(), _DEMO_SECONDS)
    return process.returncode or 0, output.decode()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def person(platform_environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of somebody at the platform: where it is, and no more."""
    return {**os.environ, **{name: platform_environment[name] for name in (*DEFAULT_PORTS, "XORB_HOME")}}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def first_demo(person: Mapping[str, str]) -> str:
    """What the first demo on the platform printed; it went well."""
    code, output = await demo(person)
    assert code == 0, output
    return output
