import asyncio
from datetime import timedelta
from time import perf_counter
from uuid import UUID

from redis.asyncio import Redis
from sqlalchemy import text

from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.events import cursor, stream
from services.mesh.events.model import START, Position
from services.mesh.events.relay import Relay
from services.mesh.events.stream import Bell, Entry
from services.mesh.testing import call_of
from tests.mesh.events.harness import eventually, finding_event, logged, running, write
from tests.mesh.events.processes import Valkey


async def published(redis: Redis, organization: UUID) -> list[Entry]:
    found = await stream.read(redis, {organization: START}, count=10_000, block=timedelta(milliseconds=1), bell=Bell())
    return found.get(organization, [])


def relay(dsns: dict[str, str], redis: Redis) -> Relay:
    return Relay(dsns["relay"], redis, name=f"test {identifiers.new()}")


async def has(redis: Redis, organization: UUID, count: int) -> bool:
    return len(await published(redis, organization)) >= count


async def passed(database: Database, name: str, position: Position) -> bool:
    async with database.engine.connect() as connection:
        return await cursor.load(connection, name) >= position


async def test_events_are_published_with_their_position_and_predecessor(
    dsns: dict[str, str], database: Database, redis: Redis
) -> None:
    organization = identifiers.new()
    await write(database, organization, "one", "two")
    async with running(relay(dsns, redis)):
        await eventually(lambda: has(redis, organization, 2))
        await write(database, organization, "three")
        await eventually(lambda: has(redis, organization, 3))
    events = await logged(database, organization)
    previous = [START, events[0].position, events[1].position]
    assert await published(redis, organization) == [Entry(*pair) for pair in zip(events, previous, strict=True)]


async def test_a_commit_is_published_within_milliseconds(
    dsns: dict[str, str], database: Database, redis: Redis
) -> None:
    organization, waits = identifiers.new(), []
    await write(database, organization, "first")
    async with running(relay(dsns, redis)):
        await eventually(lambda: has(redis, organization, 1))
        last = (await logged(database, organization))[-1].position
        for number in range(20):
            await write(database, organization, str(number))
            begin = perf_counter()
            found = await stream.read(redis, {organization: last}, count=1, block=timedelta(seconds=2), bell=Bell())
            waits.append(perf_counter() - begin)
            last = found[organization][0].event.position
            await asyncio.sleep(0.01)
    assert sorted(waits)[len(waits) // 2] < 0.05


async def test_rows_above_the_horizon_wait_for_the_older_transaction(
    dsns: dict[str, str], database: Database, redis: Redis
) -> None:
    organization = identifiers.new()
    async with running(relay(dsns, redis)):
        async with database.unit(call_of(organization)) as older:
            await older.execute(text("SELECT pg_current_xact_id()"))
            await write(database, organization, "younger")
            await asyncio.sleep(0.3)
            assert not await published(redis, organization)
            older.record(finding_event(organization, "older"))
        await eventually(lambda: has(redis, organization, 2))
    assert [entry.event.event.summary for entry in await published(redis, organization)] == ["older", "younger"]


async def test_a_second_relay_waits_and_takes_over(dsns: dict[str, str], database: Database, redis: Redis) -> None:
    first = relay(dsns, redis)
    second = Relay(first.dsn, redis, name=first.name)
    organization = identifiers.new()
    async with running(first):
        await write(database, organization, "one")
        await eventually(lambda: has(redis, organization, 1))
        async with running(second):
            await write(database, organization, "two")
            await eventually(lambda: has(redis, organization, 2))
    async with running(second):
        await write(database, organization, "three")
        await eventually(lambda: has(redis, organization, 3))
    assert len(await published(redis, organization)) == 3


async def test_it_outlives_a_lost_redis(dsns: dict[str, str], database: Database, redis: Redis, valkey: Valkey) -> None:
    organization, works = identifiers.new(), relay(dsns, redis)
    as_relay = Database.connect(dsns["relay"])
    async with running(works):
        await write(database, organization, "before")
        first = (await logged(database, organization))[0].position
        # What the cursor hasn't passed is published again, and rightly so.
        await eventually(lambda: passed(as_relay, works.name, first))
        await valkey.kill()
        await write(database, organization, "meanwhile")
        await asyncio.sleep(0.3)
        await valkey.start()
        await eventually(lambda: has(redis, organization, 1))
    await as_relay.close()
    events = await logged(database, organization)
    assert await published(redis, organization) == [Entry(events[1], events[0].position)]


async def test_it_outlives_a_lost_database_session(dsns: dict[str, str], database: Database, redis: Redis) -> None:
    organization = identifiers.new()
    as_relay = Database.connect(dsns["relay"])
    async with running(relay(dsns, redis)):
        await write(database, organization, "before")
        await eventually(lambda: has(redis, organization, 1))
        async with as_relay.engine.connect() as connection:
            statement = (
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE usename = 'xorb_relay' AND pid <> pg_backend_pid()"
            )
            assert (await connection.execute(text(statement))).scalar_one() >= 1
        await write(database, organization, "after")
        await eventually(lambda: has(redis, organization, 2))
    await as_relay.close()
    assert len(await published(redis, organization)) == 2


async def test_the_cursor_never_moves_back(dsns: dict[str, str]) -> None:
    as_relay, name = Database.connect(dsns["relay"]), f"test {identifiers.new()}"
    async with as_relay.engine.begin() as connection:
        assert await cursor.load(connection, name) == START
        for position in (Position(5, 3), Position(5, 2), Position(4, 9)):
            await cursor.store(connection, name, position)
        assert await cursor.load(connection, name) == Position(5, 3)
        await cursor.store(connection, name, Position(6, 1))
        assert await cursor.load(connection, name) == Position(6, 1)
    await as_relay.close()
