"""Which failures callers are told of."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import literal, select, text
from sqlalchemy.exc import DBAPIError

from services.mesh import identifiers, statuses
from services.mesh.database import Database
from services.mesh.errors import Failure, Reason
from services.mesh.testing import call_of


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(database_environment: dict[str, str]) -> AsyncIterator[Database]:
    """The database with the services' role."""
    opened = Database.connect(database_environment["XORB_POSTGRES_DSN"], pool=1)
    yield opened
    await opened.close()


async def test_a_text_that_can_not_be_stored_is_the_callers_mistake(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught:
        async with database.unit(call_of(identifiers.new())) as unit:
            await unit.execute(select(literal("a\0b")))
    failure = statuses.from_exception(caught.value)
    assert failure is not None
    assert failure.reason is Reason.INVALID_FIELD


async def test_an_error_of_the_database_says_nothing_of_what_was_typed(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught:
        async with database.unit(call_of(identifiers.new())) as unit:
            await unit.execute(text("SELECT 1 / 0, CAST(:password AS text)"), {"password": "hunter2-planted"})
    assert "hunter2-planted" not in str(caught.value)


@pytest.mark.parametrize("place", ["127.0.0.1:1", "nowhere"])
async def test_a_database_that_is_not_there_is_unavailable(place: str) -> None:
    host, _, port = place.partition(":")
    where = f"{host}:{port}" if port else f"?host=/{host}"
    lost = Database.connect(f"postgresql+asyncpg://xorb_app@{where}" + ("/xorb" if port else ""))
    with pytest.raises(Failure) as caught:
        async with lost.unit(call_of(identifiers.new())):
            pytest.fail("there is no database")
    assert caught.value.reason is Reason.UNAVAILABLE
    await lost.close()
