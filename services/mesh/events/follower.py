"""Follows the log of all organizations, in order, from where it was: at least once, whatever dies.

It reads below the snapshot horizon (see `log`), hands a page over, and only then stores where it is; after a crash it
hands the last page over again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from services.mesh.events import cursor, log
from services.mesh.events.model import LoggedEvent, Position
from services.mesh.events.outages import DATABASE_LOST, Backoff, heed_cancellation

CHANNEL = "xorb_events"
_LOG = structlog.get_logger(__name__)

Connection: TypeAlias = AsyncConnection
"""The follower's own, with the relay's role."""
Deliver = Callable[[Connection, Sequence[LoggedEvent]], Awaitable[None]]
"""Takes a page of events, on the follower's connection; what it raises of `lost` has the page handed over again."""


@dataclass(frozen=True)
class Follower:
    """Hands events over, page by page.

    Args:
        dsn: SQLAlchemy URL of the database, with the relay's role; one connection is used, and no pool.
        name: Followers of one name share a cursor, and one of them works while the others wait to take over.
        deliver: What to do with a page.
        lost: What `deliver` raises where what it needs is away.
        page: How many events to hand over at once.
        poll: Seconds between looks at the log while no notification comes.
    """

    dsn: str = field(repr=False)
    name: str
    deliver: Deliver
    lost: tuple[type[Exception], ...] = ()
    page: int = 500
    poll: float = 0.25

    async def run(self) -> None:
        """Follows until cancelled; outlives losses of PostgreSQL and of what takes the pages."""
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
                except (*DATABASE_LOST, *self.lost) as error:
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
        position = await cursor.load(connection, self.name)
        horizon = Backoff(0.002, 0.05)
        _LOG.info("relay works", relay=self.name, cursor=str(position))
        while True:
            heed_cancellation()
            wake.clear()
            events = await log.read_all(connection, position, self.page)
            if events:
                await self.deliver(connection, events)
                position = events[-1].position
                await cursor.store(connection, self.name, position)
                horizon.reset()
            backoff.reset()
            if len(events) < self.page:
                await self._pause(connection, position, wake, horizon)

    async def _pause(
        self, connection: AsyncConnection, position: Position, wake: asyncio.Event, horizon: Backoff
    ) -> None:
        # No notification comes when an older transaction ends, so rows above the horizon are asked for again soon.
        if await log.is_waiting(connection, position):
            await horizon.wait()
            return
        horizon.reset()
        try:
            async with asyncio.timeout(self.poll):
                await wake.wait()
        except TimeoutError:
            return


async def _listen(connection: AsyncConnection) -> asyncio.Event:
    """Returns an event that is set by every notification of the log, and by the end of the connection."""
    wake = asyncio.Event()
    driver = (await connection.get_raw_connection()).driver_connection
    if driver is None:
        raise OSError("The connection to PostgreSQL was lost.")
    await driver.add_listener(CHANNEL, lambda *_: wake.set())
    driver.add_termination_listener(lambda *_: wake.set())
    return wake
