"""The state machine is no proof unless it notices: holes in the database and in our code, each found by it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from hypothesis.errors import Flaky
from sqlalchemy.exc import SQLAlchemyError

from services.mesh import database, pages, transactions
from services.mesh.events import resume, stream
from services.mesh.transactions import Transaction
from tests.isolation.test_state_machine import explore

_STEPS = 4000
# A step that expects a refusal and gets none fails by pytest.fail.
_NOTICED = (AssertionError, Flaky, SQLAlchemyError, pytest.fail.Exception)

HOLES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "no row-level security": (
            "ALTER TABLE targets DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE targets ENABLE ROW LEVEL SECURITY",
        ),
        "a policy that shows everything": (
            "CREATE POLICY hole ON findings FOR SELECT USING (true)",
            "DROP POLICY hole ON findings",
        ),
        "a policy that takes everything": (
            "CREATE POLICY hole ON scans FOR INSERT WITH CHECK (true)",
            "DROP POLICY hole ON scans",
        ),
    }
)


def _for_the_session(call: Any) -> str:
    return _BEGINNING(call).replace("true", "false")


async def _without_rollback(opened: Transaction) -> None:
    await opened.connection.close()


_BEGINNING = database._beginning
FAULTS: Mapping[str, tuple[object, str, object]] = MappingProxyType(
    {
        "a setting that outlives its transaction": (database, "_beginning", _for_the_session),
        "a transaction that nobody ends": (transactions, "_abandon", _without_rollback),
        "page tokens for everybody": (pages, "_purpose", lambda _organization, *rest: json.dumps(rest[0].scope[:12])),
        "resume tokens for everybody": (resume.ResumeTokens, "_purpose", "resume"),
        "one stream for all": (stream, "key", lambda _organization: "xorb:events"),
    }
)


@pytest_asyncio.fixture(loop_scope="session")
async def hole(request: pytest.FixtureRequest, superuser_dsn: str) -> AsyncIterator[None]:
    """A hole in the database for the time of a test."""
    connection = await asyncpg.connect(superuser_dsn)
    plant, repair = HOLES[request.param]
    await connection.execute(plant)
    try:
        yield
    finally:
        await connection.execute(repair)
        await connection.close()


@pytest.mark.parametrize("hole", HOLES, indirect=True)
async def test_a_hole_in_the_database_is_noticed(
    hole: None, database_environment: dict[str, str], superuser_dsn: str
) -> None:
    with pytest.raises(_NOTICED):
        await asyncio.to_thread(explore, database_environment, superuser_dsn, _STEPS)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_in_our_code_is_noticed(
    fault: str, monkeypatch: pytest.MonkeyPatch, database_environment: dict[str, str], superuser_dsn: str
) -> None:
    monkeypatch.setattr(*FAULTS[fault])
    with pytest.raises(_NOTICED):
        await asyncio.to_thread(explore, database_environment, superuser_dsn, _STEPS)
