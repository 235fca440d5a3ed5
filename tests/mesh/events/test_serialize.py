"""Why transactions on one resource take a lock before their first write (docs/adr/0003)."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import text

from services.mesh import identifiers
from services.mesh.database import Database, Unit
from services.mesh.testing import call_of
from tests.mesh.events.harness import finding_event, logged


@pytest.fixture
async def resource(dsns: dict[str, str]) -> AsyncIterator[UUID]:
    """A row of a table of our own, which holds the state of a resource."""
    owner, identifier = Database.connect(dsns["owner"]), identifiers.new()
    async with owner.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE serialize_test (id uuid PRIMARY KEY, state text NOT NULL)"))
        await connection.execute(text("INSERT INTO serialize_test VALUES (:id, 'new')"), {"id": identifier})
        await connection.execute(text("GRANT SELECT, INSERT, UPDATE ON serialize_test TO xorb_app"))
    yield identifier
    async with owner.engine.begin() as connection:
        await connection.execute(text("DROP TABLE serialize_test"))
    await owner.close()


async def change(unit: Unit, resource: UUID, state: str) -> None:
    await unit.execute(
        text("UPDATE serialize_test SET state = :state WHERE id = :id"), {"id": resource, "state": state}
    )
    unit.record(finding_event(unit.organization, state))


async def write_something_else(unit: Unit) -> None:
    await unit.execute(text("INSERT INTO serialize_test VALUES (:id, 'other')"), {"id": identifiers.new()})


async def story(database: Database, organization: UUID) -> list[str]:
    return [event.event.summary for event in await logged(database, organization)]


async def state(database: Database, resource: UUID) -> str:
    async with database.engine.connect() as connection:
        found = await connection.execute(text("SELECT state FROM serialize_test WHERE id = :id"), {"id": resource})
        return str(found.scalar_one())


async def test_without_it_the_log_tells_the_changes_in_the_wrong_order(database: Database, resource: UUID) -> None:
    organization = identifiers.new()
    async with database.unit(call_of(organization)) as first_to_write:
        await write_something_else(first_to_write)
        async with database.unit(call_of(organization)) as first_to_commit:
            await change(first_to_commit, resource, "changed first")
        await change(first_to_write, resource, "changed last")
    assert await state(database, resource) == "changed last"
    assert await story(database, organization) == ["changed last", "changed first"]


async def test_with_it_the_log_tells_the_changes_in_their_order(database: Database, resource: UUID) -> None:
    organization, locked = identifiers.new(), asyncio.Event()

    async def second() -> None:
        await locked.wait()
        async with database.unit(call_of(organization)) as unit:
            await unit.serialize(f"things/{resource}")
            await write_something_else(unit)
            await change(unit, resource, "changed last")

    waiting = asyncio.create_task(second())
    async with database.unit(call_of(organization)) as unit:
        await unit.serialize(f"things/{resource}")
        locked.set()
        await write_something_else(unit)
        await asyncio.wait({waiting}, timeout=0.2)
        assert not waiting.done()
        await change(unit, resource, "changed first")
    await waiting
    assert await state(database, resource) == "changed last"
    assert await story(database, organization) == ["changed first", "changed last"]


async def test_other_topics_and_organizations_do_not_wait(database: Database) -> None:
    organization = identifiers.new()
    async with asyncio.timeout(2), database.unit(call_of(organization)) as one:
        await one.serialize("things/1")
        async with database.unit(call_of(organization)) as other_topic:
            await other_topic.serialize("things/2")
        async with database.unit(call_of(identifiers.new())) as other_organization:
            await other_organization.serialize("things/1")


async def test_a_row_lock_before_the_first_write_does_as_well(database: Database, resource: UUID) -> None:
    organization, locked, backends = identifiers.new(), asyncio.Event(), list[int]()
    lock = text("SELECT state FROM serialize_test WHERE id = :id FOR UPDATE")
    numbers = text(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock' AND pid = :pid"
    )

    async def second() -> None:
        await locked.wait()
        async with database.unit(call_of(organization)) as unit:
            backends.append((await unit.execute(text("SELECT pg_backend_pid()"))).scalar_one())
            await unit.execute(lock, {"id": resource})
            await change(unit, resource, "changed last")

    waiting = asyncio.create_task(second())
    async with database.unit(call_of(organization)) as unit:
        await unit.execute(lock, {"id": resource})
        locked.set()
        await asyncio.wait({waiting}, timeout=0.2)
        assert not waiting.done()
        # Who waits for a row has no number yet.
        assert (await unit.execute(numbers, {"pid": backends[0]})).scalar_one() == 0
        await change(unit, resource, "changed first")
    await waiting
    assert await story(database, organization) == ["changed first", "changed last"]
