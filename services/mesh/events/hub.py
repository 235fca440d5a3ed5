"""The hub: one reader per process that follows all organizations that are watched here, and hands out their events.

It follows the streams in Redis, and makes sure by the log that nothing is missing: an entry that doesn't follow on from
the last one, a lost connection, and a look every few seconds, all lead to reading the log. While Redis is away, the log
is polled.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from redis.asyncio import Redis

from services.mesh import tasks
from services.mesh.database import Database
from services.mesh.events import stream
from services.mesh.events.feed import Feed
from services.mesh.events.model import Position
from services.mesh.events.outages import DATABASE_LOST, REDIS_LOST, Backoff, heed_cancellation
from services.mesh.events.stream import Entry
from services.mesh.events.subscription import Ended, Ending, Subscription

_LOG = structlog.get_logger(__name__)
_COUNT = 500
_BLOCK = timedelta(seconds=1)
_HANGS_SECONDS = 4.0


class Hub:
    """Hands out events to subscriptions.

    Args:
        database: Where the log is.
        redis: A client of `stream.connect`.
        capacity: How many events a subscription may leave unread; more than a feed's page, for that comes at once.
        patience: Seconds that a reader has to catch up after more came than that.
        poll: Seconds between looks at the log while Redis is away, or lags behind.
        audit: Seconds between looks at the log while Redis serves.
    """

    def __init__(
        self,
        database: Database,
        redis: Redis,
        *,
        capacity: int = 1_000,
        patience: float = 10.0,
        poll: float = 0.2,
        audit: float = 5.0,
    ) -> None:
        self._database = database
        self._redis = redis
        self._capacity = capacity
        self._patience = patience
        self._poll = poll
        self._audit = audit
        self._feeds: dict[UUID, Feed] = {}
        self._changed = asyncio.Event()
        self._bell = stream.Bell()
        self._tasks: list[asyncio.Task[None]] = []
        self._live = False
        self._closed = asyncio.Event()

    @property
    def subscriptions(self) -> int:
        """How many subscriptions there are."""
        return sum(len(feed.subscriptions) for feed in self._feeds.values())

    @property
    def live(self) -> bool:
        """Whether events come from Redis; otherwise the log is polled."""
        return self._live

    async def until_closed(self) -> None:
        """Returns when the hub is closed."""
        await self._closed.wait()

    @contextlib.asynccontextmanager
    async def subscribe(self, organization: UUID) -> AsyncIterator[Subscription]:
        """Gives a subscription to all that happens in an organization from now on.

        Raises:
            Ended: The hub is closed.
            SQLAlchemyError: The log can't be read.
        """
        if self._closed.is_set():
            raise Ended(Ending.CLOSED)
        self._start()
        feed = self._feeds.setdefault(organization, Feed(organization))
        subscription = Subscription(self._capacity, self._patience)
        feed.subscriptions.add(subscription)
        try:
            subscription.position = feed.position or await self._begin(feed)
            yield subscription
        finally:
            feed.subscriptions.discard(subscription)
            if not feed.subscriptions:
                del self._feeds[organization]

    async def close(self) -> None:
        """Ends all subscriptions, so that their watches send the callers elsewhere, and takes no more."""
        self._closed.set()
        for feed in self._feeds.values():
            for subscription in feed.subscriptions:
                subscription.end(Ending.CLOSED)
        await tasks.end(*self._tasks)

    def _start(self) -> None:
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(_keep(self._follow), name="events: follow the streams"),
                asyncio.create_task(_keep(self._call_back), name="events: call the follower back"),
                asyncio.create_task(_keep(self._look), name="events: look at the log"),
            ]

    async def _begin(self, feed: Feed) -> Position:
        position = await feed.begin(self._database)
        self._changed.set()
        return position

    async def _call_back(self) -> None:
        """Makes the reader of the streams take up what is newly watched."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            with contextlib.suppress(*REDIS_LOST):
                await self._bell.ring(self._redis)
            heed_cancellation()

    async def _follow(self) -> None:
        backoff = Backoff(0.02, 1.0)
        while True:
            try:
                await self._follow_while_live(backoff)
            except REDIS_LOST as error:
                _LOG.warning("no live events, polling the log", error=type(error).__name__)
            finally:
                self._live = False
            heed_cancellation()
            await backoff.wait()

    async def _follow_while_live(self, backoff: Backoff) -> None:
        async with asyncio.timeout(_HANGS_SECONDS):
            await self._redis.ping()
        backoff.reset()
        self._live = True
        # What was published while we were away may be lost: Redis can come back empty.
        for feed in self._feeds.values():
            feed.look_at = 0.0
        while True:
            heed_cancellation()
            positions = {feed.organization: feed.position for feed in self._feeds.values() if feed.position}
            async with asyncio.timeout(_HANGS_SECONDS):
                found = await stream.read(self._redis, positions, count=_COUNT, block=_BLOCK, bell=self._bell)
            for organization, entries in found.items():
                if watched := self._feeds.get(organization):
                    await self._take(watched, entries)

    async def _take(self, feed: Feed, entries: Sequence[Entry]) -> None:
        try:
            for entry in entries:
                if feed.position is None or entry.previous > feed.position:
                    await feed.catch_up(self._database)
                feed.deliver(entry.event)
        except DATABASE_LOST as error:
            # The entries stay in the stream after the feed's position, and are read again.
            _LOG.warning("can't fill a gap from the log", error=type(error).__name__)
            await asyncio.sleep(self._poll)

    async def _look(self) -> None:
        backoff = Backoff(self._poll, 2.0)
        while True:
            try:
                for feed in list(self._feeds.values()):
                    await self._look_for(feed)
                backoff.reset()
            except DATABASE_LOST as error:
                _LOG.warning("can't read the log", error=type(error).__name__)
            heed_cancellation()
            await backoff.wait()

    async def _look_for(self, feed: Feed) -> None:
        now = asyncio.get_running_loop().time()
        if self._live and now < feed.look_at:
            return
        missed = await feed.catch_up(self._database)
        feed.look_at = now if missed or not self._live else now + self._audit


async def _keep(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception:  # noqa: BLE001 - a task that ended would silence every watch of the process
            _LOG.exception("the hub failed and starts again")
            await asyncio.sleep(1)
