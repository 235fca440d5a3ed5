"""Whatever becomes of a transaction, the next user of its connection finds nothing of it."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import text

from services.mesh import identifiers, transactions
from services.mesh.database import Database
from services.mesh.testing import call_of

_LEFT_OVER = "SELECT current_setting('xorb.organization', true)"


@pytest_asyncio.fixture
async def database(database_environment: dict[str, str]) -> AsyncIterator[Database]:
    """One connection, so that each user follows another; the pool's second is taken by nobody at the same time."""
    opened = Database.connect(database_environment["XORB_POSTGRES_DSN"], pool=1)
    yield opened
    await opened.close()


async def _found_by_the_next(database: Database) -> tuple[bool, str]:
    """Returns whether the next user of the connection is in a transaction already, and for whom."""

    async def look(driver: asyncpg.Connection) -> tuple[bool, str]:
        setting = await driver.fetchval(_LEFT_OVER)
        return driver.is_in_transaction(), setting or ""

    return await transactions.alone(database.engine, look)


async def _cancelled(work: asyncio.Task[None], after: float) -> None:
    await asyncio.sleep(after)
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work


@pytest.mark.parametrize("beginning", ["BEGIN; SELECT pg_sleep(0.3)", "SELECT pg_sleep(0.3); BEGIN"])
async def test_a_transaction_cancelled_while_it_begins_is_not_left_open(database: Database, beginning: str) -> None:
    async def work() -> None:
        async with transactions.transaction(database.engine, beginning):
            pytest.fail("it was cancelled before")

    await _cancelled(asyncio.create_task(work()), 0.1)

    assert await _found_by_the_next(database) == (False, "")


async def test_cancellations_at_any_moment_leave_nothing_to_the_next(database: Database) -> None:
    """Each round is cancelled somewhere between taking the connection and giving it back."""
    choose = random.Random(20)  # noqa: S311 - moments, not secrets

    async def work() -> None:
        async with database.unit(call_of(identifiers.new())) as unit:
            await unit.execute(text("SELECT 1"))

    for _ in range(150):
        await _cancelled(asyncio.create_task(work()), choose.uniform(0, 0.004))
        assert await _found_by_the_next(database) == (False, "")
