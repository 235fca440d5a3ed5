"""The relay: brings what is committed to the log into Redis, in order, each event once.

It reads below the snapshot horizon (see `log`), publishes, and only then stores where it is. After a crash it publishes
the last page again, and Redis refuses what it has (see `stream`). What is lost in Redis is not published again: readers
notice the gap and take it from the log.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from services.mesh.events import cursor, log, stream
from services.mesh.events.model import LoggedEvent, Position
from services.mesh.events.outages import DATABASE_LOST, REDIS_LOST, Backoff, heed_cancellation
from services.mesh.events.stream import Entry

CHANNEL = "xorb_events"
_LOG = structlog.get_logger(__name__)
_REDIS_SECONDS = 5.0
_REMEMBERED = 100_000


@dataclass(frozen=True)
class Relay:
    """Publishes the events of all organizations.

    Args:
        dsn: SQLAlchemy URL of the database, with the relay's role; one connection is used, and no pool.
        redis: A client of `stream.connect`.
        name: Relays of one name share a cursor, and one of them works while the others wait to take over.
        page: How many events to publish at once.
        poll: Seconds between looks at the log while no notification comes.
    """

    dsn: str = field(repr=False)
    redis: Redis
    name: str = "redis"
    page: int = 500
    poll: float = 0.25

    async def run(self) -> None:
        """Relays until cancelled; outlives losses of PostgreSQL and of Redis."""
        engine = create_async_engine(
            self.dsn,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args={"timeout": 5, "command_timeout": 15},
        )
        backoff = Backoff(0.05, 2.0)
        try:
            while True:
                try:
                    async with engine.connect() as connection:
                        await self._work(connection, backoff)
                except (*DATABASE_LOST, *REDIS_LOST) as error:
                    _LOG.warning("relay interrupted", relay=self.name, error=type(error).__name__)
                    heed_cancellation()
                    await backoff.wait()
        finally:
            await engine.dispose()

    async def _work(self, connection: AsyncConnection, backoff: Backoff) -> None:
        # Waiting inside PostgreSQL for the lock would keep a snapshot open, and with it dead rows, for as long.
        while not await cursor.try_lock(connection, self.name):  # noqa: ASYNC110 - the lock is in another process
            await asyncio.sleep(self.poll)
        wake = await _listen(connection)
        pages = _Pages(self, connection, await cursor.load(connection, self.name))
        horizon = Backoff(0.002, 0.05)
        _LOG.info("relay works", relay=self.name, cursor=str(pages.position))
        while True:
            heed_cancellation()
            wake.clear()
            count = await pages.publish()
            backoff.reset()
            if count:
                horizon.reset()
            if count < self.page:
                await self._pause(pages, wake, horizon)

    async def _pause(self, pages: "_Pages", wake: asyncio.Event, horizon: Backoff) -> None:
        # No notification comes when an older transaction ends, so rows above the horizon are asked for again soon.
        if await log.is_waiting(pages.connection, pages.position):
            await horizon.wait()
            return
        horizon.reset()
        try:
            async with asyncio.timeout(self.poll):
                await wake.wait()
        except TimeoutError:
            return


@dataclass
class _Pages:
    """The relay's way through the log while it holds the lock."""

    relay: Relay
    connection: AsyncConnection
    position: Position
    _newest: dict[UUID, Position] = field(default_factory=dict)

    async def publish(self) -> int:
        """Publishes the next page and stores the position after it; returns how many events it had."""
        events = await log.read_all(self.connection, self.position, self.relay.page)
        if events:
            entries = await self._chain(events)
            async with asyncio.timeout(_REDIS_SECONDS):
                await stream.publish(self.relay.redis, entries)
            self.position = events[-1].position
            await cursor.store(self.connection, self.relay.name, self.position)
        return len(events)

    async def _chain(self, events: Sequence[LoggedEvent]) -> list[Entry]:
        if len(self._newest) > _REMEMBERED:
            self._newest.clear()
        entries = []
        for event in events:
            previous = self._newest.get(event.organization)
            if previous is None:
                previous = await log.preceding(self.connection, event.organization, event.position)
            self._newest[event.organization] = event.position
            entries.append(Entry(event, previous))
        return entries


async def _listen(connection: AsyncConnection) -> asyncio.Event:
    """Returns an event that is set by every notification of the log, and by the end of the connection."""
    wake = asyncio.Event()
    driver = (await connection.get_raw_connection()).driver_connection
    if driver is None:
        raise OSError("The connection to PostgreSQL was lost.")
    await driver.add_listener(CHANNEL, lambda *_: wake.set())
    driver.add_termination_listener(lambda *_: wake.set())
    return wake
