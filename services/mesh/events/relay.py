"""The relay: brings what is committed to the log into Redis, in order, each event once.

It follows the log (see `follower`), and after a crash publishes the last page again, of which Redis refuses what it has
(see `stream`). What is lost in Redis is not published again: readers notice the gap and take it from the log.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mesh.events import log, stream
from services.mesh.events.follower import Follower
from services.mesh.events.model import LoggedEvent, Position
from services.mesh.events.outages import REDIS_LOST
from services.mesh.events.stream import Entry

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
        publisher = _Publisher(self.redis)
        await Follower(self.dsn, self.name, publisher.publish, REDIS_LOST, self.page, self.poll).run()


@dataclass
class _Publisher:
    """Publishes pages, and knows each organization's newest event of those that it has seen."""

    redis: Redis
    _newest: dict[UUID, Position] = field(default_factory=dict)

    async def publish(self, connection: AsyncConnection, events: Sequence[LoggedEvent]) -> None:
        """Publishes a page."""
        entries = await self._chain(connection, events)
        async with asyncio.timeout(_REDIS_SECONDS):
            await stream.publish(self.redis, entries)

    async def _chain(self, connection: AsyncConnection, events: Sequence[LoggedEvent]) -> list[Entry]:
        if len(self._newest) > _REMEMBERED:
            self._newest.clear()
        entries = []
        for event in events:
            previous = self._newest.get(event.organization)
            # After an interruption a page comes again, and with it events from before the newest.
            if previous is None or previous >= event.position:
                previous = await log.preceding(connection, event.organization, event.position)
            self._newest[event.organization] = event.position
            entries.append(Entry(event, previous))
        return entries
