import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter
from uuid import UUID

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from services.mesh import identifiers
from services.mesh.events import stream
from services.mesh.events.model import START, Event, LoggedEvent, Position
from services.mesh.events.stream import Bell, Entry

TIME = datetime(2026, 11, 23, 12, 30, 1, 987654, tzinfo=UTC)


def entry(organization: UUID, transaction: int, previous: Position = START) -> Entry:
    snapshot = bytes(range(256)) + b"\n\n"
    event = Event("finding.created", "organizations/x/findings/y", "Zertifikat läuft ab\n☂", snapshot, "xorb.Finding")
    position = Position(transaction, 7)
    logged = LoggedEvent(position, organization, identifiers.new(), TIME, "accounts/1", event, {"traceparent": "00-1"})
    return Entry(logged, previous)


def test_an_entry_is_read_as_it_was_written() -> None:
    organization = identifiers.new()
    written = entry(organization, 2**63 + 5, Position(2**63 + 1, 3))
    read = stream.decode(organization, str(written.event.position).encode(), {b"e": stream.encode(written)})
    assert read == written


async def test_an_entry_published_again_is_refused_by_redis(redis: Redis) -> None:
    organization = identifiers.new()
    first, second, third = (entry(organization, transaction) for transaction in (10, 11, 12))
    assert await stream.publish(redis, [first, second]) == 2
    assert await stream.publish(redis, [first, second, third]) == 1
    found = await stream.read(redis, {organization: START}, count=10, block=timedelta(milliseconds=10), bell=Bell())
    assert found == {organization: [first, second, third]}


async def test_a_reader_goes_on_after_its_position(redis: Redis) -> None:
    organization, other = identifiers.new(), identifiers.new()
    entries = [entry(organization, transaction) for transaction in (10, 11, 12)]
    await stream.publish(redis, [*entries, entry(other, 13)])
    positions = {organization: entries[1].event.position, other: Position(13, 7)}
    found = await stream.read(redis, positions, count=10, block=timedelta(milliseconds=10), bell=Bell())
    assert found == {organization: entries[2:]}


async def test_nothing_new_is_nothing(redis: Redis) -> None:
    positions = {identifiers.new(): START}
    assert await stream.read(redis, positions, count=10, block=timedelta(milliseconds=5), bell=Bell()) == {}


async def test_an_error_keeps_back_what_follows_in_its_stream_and_only_there(redis: Redis) -> None:
    broken, sound = identifiers.new(), identifiers.new()
    await redis.set(stream.key(broken), "not a stream")
    entries = [entry(broken, 10), entry(sound, 11), entry(broken, 12)]
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await stream.publish(redis, entries)
    assert await redis.xlen(stream.key(sound)) == 1
    await redis.delete(stream.key(broken))
    assert await stream.publish(redis, entries) == 2
    found = await stream.read(redis, {broken: START}, count=10, block=timedelta(milliseconds=10), bell=Bell())
    assert found == {broken: [entries[0], entries[2]]}


async def test_a_stream_is_a_bounded_window_that_may_be_evicted(redis: Redis) -> None:
    organization = identifiers.new()
    await stream.publish(redis, [entry(organization, transaction) for transaction in range(1, 1001)], window=100)
    assert 100 <= await redis.xlen(stream.key(organization)) <= 300
    assert 0 < await redis.ttl(stream.key(organization)) <= stream.LIFETIME.total_seconds()


async def test_a_bell_ends_the_waiting_once(redis: Redis) -> None:
    bell, positions = Bell(), {identifiers.new(): START}
    waiting = asyncio.create_task(stream.read(redis, positions, count=1, block=timedelta(seconds=4), bell=bell))
    await asyncio.sleep(0.05)
    async with asyncio.timeout(2):
        await bell.ring(redis)
        assert await waiting == {}
    begin = perf_counter()
    await stream.read(redis, positions, count=1, block=timedelta(milliseconds=100), bell=bell)
    assert perf_counter() - begin > 0.09


async def test_a_bell_rung_before_is_heard_at_once(redis: Redis) -> None:
    bell = Bell()
    await bell.ring(redis)
    async with asyncio.timeout(2):
        await stream.read(redis, {}, count=1, block=timedelta(seconds=4), bell=bell)


async def test_organizations_do_not_meet(redis: Redis) -> None:
    one, other = identifiers.new(), identifiers.new()
    mine = entry(one, 20)
    await stream.publish(redis, [mine, replace(entry(other, 21), previous=START)])
    found = await stream.read(redis, {one: START}, count=10, block=timedelta(milliseconds=10), bell=Bell())
    assert found == {one: [mine]}
