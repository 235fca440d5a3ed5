"""The outbox: many writers whose transactions end in any order, and readers that must miss nothing."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.events import cursor, log, stream
from services.mesh.events.model import START, LoggedEvent, Position
from services.mesh.events.stream import Bell
from services.mesh.testing import call_of
from tests.mesh.events.harness import eventually, finding_event, in_order_of_writers, logged, write, write_slowly
from tests.mesh.events.processes import Replaceable, Valkey

WRITERS, EVENTS_EACH, LONGEST_DELAY, KILLS = 12, 60, 0.02, 5


class NaiveReader:
    """The control: a cursor on the sequence alone, as outboxes are often read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last = 0
        self.seen: list[UUID] = []

    async def read(self) -> None:
        statement = text("SELECT id, sequence FROM event_log WHERE sequence > :last ORDER BY sequence")
        async with self._database.engine.connect() as connection:
            for row in await connection.execute(statement, {"last": self._last}):
                self._last = row.sequence
                self.seen.append(row.id)

    async def run(self) -> None:
        while True:
            await self.read()
            await asyncio.sleep(0.001)


@pytest.fixture
async def as_relay(dsns: dict[str, str]) -> AsyncIterator[Database]:
    database = Database.connect(dsns["relay"])
    yield database
    await database.close()


async def follow(redis: Redis, organizations: Sequence[UUID], seen: dict[UUID, list[LoggedEvent]]) -> None:
    """Reads the streams live, each from where it is."""
    while True:
        positions = {one: seen[one][-1].position if seen[one] else START for one in organizations}
        found = await stream.read(redis, positions, count=100, block=timedelta(milliseconds=500), bell=Bell())
        for organization, entries in found.items():
            seen[organization] += [entry.event for entry in entries]


def count(seen: dict[UUID, list[LoggedEvent]]) -> int:
    return sum(map(len, seen.values()))


async def kill_again_and_again(
    relay: Replaceable, seen: dict[UUID, list[LoggedEvent]], chance: random.Random, done: asyncio.Event
) -> None:
    """Kills the relay each time that it has published something, soon after."""
    for _ in range(KILLS):
        before = count(seen)

        async def works(before: int = before) -> bool:
            return count(seen) > before

        await eventually(works)
        await asyncio.sleep(chance.uniform(0, 0.2))
        await relay.kill()
        await relay.start()
    done.set()


def enough(done: asyncio.Event) -> Iterator[int]:
    """Yields numbers until there are enough of them, and until `done`."""
    for number in itertools.count():
        if number >= EVENTS_EACH and done.is_set():
            return
        yield number


async def test_every_event_is_delivered_once_and_in_order_while_the_relay_is_killed(
    dsns: dict[str, str], database: Database, as_relay: Database, valkey: Valkey, redis: Redis
) -> None:
    done, chance = asyncio.Event(), random.Random(20261123)  # noqa: S311 - repeatable, not secret
    organizations = [identifiers.new() for _ in range(3)]
    seen: dict[UUID, list[LoggedEvent]] = {organization: [] for organization in organizations}
    settings = {"dsn": dsns["relay"], "redis": valkey.url, "relay": f"outbox {identifiers.new()}"}
    relay, naive = Replaceable("relaying", settings, spares=KILLS), NaiveReader(as_relay)
    await naive.read()
    watching = [asyncio.create_task(follow(redis, organizations, seen)), asyncio.create_task(naive.run())]
    try:
        await relay.start()
        async with asyncio.TaskGroup() as group:
            group.create_task(kill_again_and_again(relay, seen, chance, done))
            for writer in range(WRITERS):
                group.create_task(
                    write_slowly(database, organizations, str(writer), enough(done), chance, LONGEST_DELAY)
                )

        written = {organization: await logged(database, organization) for organization in organizations}

        async def all_arrived() -> bool:
            return count(seen) >= count(written)

        await eventually(all_arrived)
    finally:
        await relay.close()
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
    assert seen == written
    for organization in organizations:
        assert in_order_of_writers([event.event.summary for event in seen[organization]])
    everything = {event.id for events in seen.values() for event in events}
    assert len(everything) == count(seen) >= WRITERS * EVENTS_EACH
    assert everything - set(naive.seen), "the control lost nothing, so this run proves nothing"


async def test_the_naive_cursor_loses_a_late_commit_and_ours_does_not(database: Database, as_relay: Database) -> None:
    organization = identifiers.new()
    await write(database, organization, "begin")
    start = (await logged(database, organization))[-1].position
    naive, ours = NaiveReader(as_relay), OurReader(as_relay, start)
    await naive.read()
    event = finding_event(organization, "drawn first, committed last")
    async with database.unit(call_of(organization)) as late:
        await log.append(late.connection, late.call, organization, [event])
        await write(database, organization, "drawn last, committed first")
        await naive.read()
        await ours.read()
        assert ours.seen == []
    await naive.read()
    await ours.read()
    first, last = (event.id for event in (await logged(database, organization))[1:])
    assert last in naive.seen
    assert first not in naive.seen
    assert [identifier for identifier in ours.seen if identifier in {first, last}] == [first, last]


class OurReader:
    """What the relay does: on from a position, below the horizon."""

    def __init__(self, database: Database, start: Position) -> None:
        self._database = database
        self._position = start
        self.seen: list[UUID] = []

    async def read(self) -> None:
        async with self._database.engine.connect() as connection:
            for event in await log.read_all(connection, self._position, 1_000):
                self._position = event.position
                self.seen.append(event.id)


async def test_a_crash_between_publication_and_cursor_repeats_nothing(
    dsns: dict[str, str], database: Database, as_relay: Database, valkey: Valkey, redis: Redis
) -> None:
    organization, name = identifiers.new(), f"outbox {identifiers.new()}"
    await write(database, organization, "one", "two", "three")
    events = await logged(database, organization)
    pairs = zip(events, [START, *(event.position for event in events)], strict=False)
    await stream.publish(redis, [stream.Entry(*pair) for pair in pairs])
    async with as_relay.engine.begin() as connection:
        await cursor.store(connection, name, Position(events[0].position.transaction - 1, 0))
    relay = Replaceable("relaying", {"dsn": dsns["relay"], "redis": valkey.url, "relay": name})
    await relay.start()
    try:
        async with asyncio.timeout(20), as_relay.engine.connect() as connection:
            while await cursor.load(connection, name) < events[-1].position:
                await connection.rollback()
                await asyncio.sleep(0.02)
    finally:
        await relay.close()
    found = await stream.read(redis, {organization: START}, count=10, block=timedelta(milliseconds=1), bell=Bell())
    assert [entry.event for entry in found[organization]] == events
