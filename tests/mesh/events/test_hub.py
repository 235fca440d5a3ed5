import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from redis.asyncio import Redis

from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.events import stream
from services.mesh.events.hub import Hub
from services.mesh.events.model import START, Event, LoggedEvent, Position
from services.mesh.events.relay import Relay
from services.mesh.events.stream import Entry
from services.mesh.events.subscription import Delivery, Ended, Ending, Overflowed, Subscription
from tests.mesh.events.harness import eventually, logged, running, write
from tests.mesh.events.processes import Valkey


@pytest.fixture
async def hub(database: Database, redis: Redis) -> AsyncIterator[Hub]:
    """A hub that looks at the log every second."""
    hub = Hub(database, redis, capacity=100, poll=0.1, audit=1.0)
    yield hub
    await hub.close()


async def take(subscription: Subscription, count: int, seconds: float = 10) -> list[str]:
    """Returns the summaries of the next deliveries."""
    summaries: list[str] = []
    async with asyncio.timeout(seconds):
        while len(summaries) < count:
            if delivery := await subscription.next(seconds):
                summaries.append(delivery.event.event.summary)
    return summaries


async def is_live(hub: Hub) -> bool:
    return hub.live


async def publish_from_log(database: Database, redis: Redis, organization: UUID, *, skip: int) -> None:
    """Publishes an organization's events but the first `skip`, as a relay does whose Redis lost those."""
    events = await logged(database, organization)
    positions = [START, *(event.position for event in events)]
    entries = [Entry(event, previous) for event, previous in zip(events, positions, strict=False)]
    await stream.publish(redis, entries[skip:])


async def test_events_come_live(hub: Hub, dsns: dict[str, str], database: Database, redis: Redis) -> None:
    one, other = identifiers.new(), identifiers.new()
    await write(database, one, "before")
    async with running(Relay(dsns["relay"], redis, name=f"hub {one}")), hub.subscribe(one) as subscription:
        async with hub.subscribe(other) as second:
            await write(database, one, "1", "2")
            await write(database, other, "A")
            assert await take(second, 1) == ["A"]
        await write(database, one, "3")
        assert await take(subscription, 3) == ["1", "2", "3"]
    assert hub.subscriptions == 0


async def test_subscriptions_share_a_delivery(hub: Hub, database: Database) -> None:
    organization = identifiers.new()
    async with hub.subscribe(organization) as one, hub.subscribe(organization) as other:
        await write(database, organization, "1")
        mine, theirs = await one.next(10), await other.next(10)
    assert mine is not None
    assert mine is theirs


async def test_a_gap_in_the_stream_is_filled_from_the_log(hub: Hub, database: Database, redis: Redis) -> None:
    organization = identifiers.new()
    async with hub.subscribe(organization) as subscription:
        await eventually(lambda: is_live(hub))
        hub._feeds[organization].look_at = asyncio.get_running_loop().time() + 3600
        await write(database, organization, "1", "2", "3")
        await publish_from_log(database, redis, organization, skip=2)
        assert await take(subscription, 3) == ["1", "2", "3"]


async def test_without_a_relay_the_log_is_looked_at(hub: Hub, database: Database) -> None:
    organization = identifiers.new()
    async with hub.subscribe(organization) as subscription:
        await eventually(lambda: is_live(hub))
        await write(database, organization, "1")
        assert await take(subscription, 1, seconds=3) == ["1"]


async def test_it_polls_while_redis_is_away_and_comes_back_to_it(
    hub: Hub, dsns: dict[str, str], database: Database, redis: Redis, valkey: Valkey
) -> None:
    organization = identifiers.new()
    relay = Relay(dsns["relay"], redis, name=f"hub {organization}")
    async with running(relay), hub.subscribe(organization) as subscription:
        await write(database, organization, "1")
        assert await take(subscription, 1) == ["1"]
        await valkey.kill()
        await write(database, organization, "2", "3")
        assert await take(subscription, 2, seconds=2) == ["2", "3"]
        assert not hub.live
        await valkey.start()
        await eventually(lambda: is_live(hub))
        await write(database, organization, "4")
        assert await take(subscription, 1) == ["4"]


async def test_an_emptied_redis_loses_nothing(hub: Hub, dsns: dict[str, str], database: Database, redis: Redis) -> None:
    organization = identifiers.new()
    relay = Relay(dsns["relay"], redis, name=f"hub {organization}")
    async with running(relay), hub.subscribe(organization) as subscription:
        for number in range(20):
            await write(database, organization, str(number))
            await redis.flushall()
        assert await take(subscription, 20) == [str(number) for number in range(20)]


async def test_what_is_no_event_in_a_stream_does_not_end_it(hub: Hub, database: Database, redis: Redis) -> None:
    organization = identifiers.new()
    async with hub.subscribe(organization) as subscription:
        await eventually(lambda: is_live(hub))
        await redis.xadd(stream.key(organization), {"foreign": "x"}, id="99999999999-1")
        await write(database, organization, "1")
        assert await take(subscription, 1) == ["1"]


def delivery(number: int) -> Delivery:
    event = Event("a.b", "x", str(number))
    return Delivery(
        LoggedEvent(Position(number, 1), identifiers.new(), identifiers.new(), datetime.now(UTC), "accounts/1", event)
    )


async def test_more_than_it_holds_empties_a_subscription_until_its_reader_rejoins() -> None:
    subscription = Subscription(2)
    for number in (1, 2, 3, 4):
        subscription.offer(delivery(number))
    with pytest.raises(Overflowed):
        await subscription.next(1)
    subscription.rejoin()
    subscription.offer(last := delivery(5))
    assert await subscription.next(1) is last
    assert await subscription.next(0.01) is None


async def test_a_reader_who_does_not_catch_up_in_time_is_too_slow() -> None:
    subscription = Subscription(1, patience=0.05)
    for overflowing in (0, 10):
        subscription.offer(delivery(overflowing + 1))
        subscription.offer(delivery(overflowing + 2))
        if not overflowing:
            with pytest.raises(Overflowed):
                await subscription.next(1)
            subscription.rejoin()
            await asyncio.sleep(0.06)
    with pytest.raises(Ended) as caught:
        await subscription.next(1)
    assert caught.value.ending is Ending.TOO_SLOW


async def test_a_reader_who_caught_up_has_its_whole_patience_again() -> None:
    subscription = Subscription(1, patience=0.05)
    for _ in range(2):
        subscription.offer(delivery(1))
        subscription.offer(delivery(2))
        with pytest.raises(Overflowed):
            await subscription.next(1)
        subscription.rejoin()
        assert await subscription.next(0.06) is None


async def test_a_closed_hub_ends_its_subscriptions(database: Database, redis: Redis) -> None:
    hub, organization = Hub(database, redis), identifiers.new()
    async with hub.subscribe(organization) as subscription:
        await hub.close()
        with pytest.raises(Ended) as caught:
            await subscription.next(1)
    assert caught.value.ending is Ending.CLOSED
    with pytest.raises(Ended):
        async with hub.subscribe(organization):
            pass


async def test_silence_is_told_apart_from_an_end() -> None:
    assert await Subscription(1).next(0.01) is None
    assert await Subscription(1).next(-1) is None


def test_what_is_made_of_a_delivery_is_made_once() -> None:
    shared, made = delivery(1), list[LoggedEvent]()

    def make(given: LoggedEvent) -> int:
        made.append(given)
        return len(made)

    assert [shared.shared("key", make) for _ in range(3)] == [1, 1, 1]
    assert shared.shared("other", make) == 2
    assert made == [shared.event, shared.event]
