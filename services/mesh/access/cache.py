"""What the database says about callers, remembered for at most a second.

Whoever changes access tells all processes over Redis, which forget what they remembered and look again. So a change
acts on the next call. Where the message is lost, it acts after a second: nothing is remembered for longer. Where the
database can't be asked, nothing is allowed.

Open streams are told of every look that concerns their caller. While Redis is away they are looked after every second,
and else every few seconds, for a process may die between its commit and its message.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import structlog
from redis.asyncio import Redis

from services.mesh import tasks
from services.mesh.access import channel, store
from services.mesh.access.model import Change, Standing, Told
from services.mesh.calls import Caller
from services.mesh.database import Database
from services.mesh.errors import Failure
from services.mesh.events.outages import DATABASE_LOST, REDIS_LOST, Backoff, heed_cancellation

_LOG = structlog.get_logger(__name__)
_MOST = 20_000
_AT_ONCE = 4

Key = tuple[str, str, int]


@dataclass(slots=True)
class _Followed:
    """A caller whose open streams want to be told."""

    caller: Caller
    told: set[Told] = field(default_factory=set)
    unknown_since: float | None = None


@dataclass(slots=True, eq=False)
class _Reading:
    """An answer that is on its way, and whether a change that concerns it was told in the meantime."""

    caller: Caller
    overtaken: bool = False


class CachedAccess:
    """Answers from memory what it asked less than a second ago.

    Args:
        database: Where the answers are.
        redis: A client of `services.mesh.events.stream.connect`.
        lifetime: Seconds that an answer is good for.
        audit: Seconds between looks after open streams while Redis serves.
        patience: Seconds that open streams go on while the database can't be asked.
    """

    def __init__(
        self, database: Database, redis: Redis, *, lifetime: float = 1.0, audit: float = 10.0, patience: float = 5.0
    ) -> None:
        self._database = database
        self._redis = redis
        self._lifetime = lifetime
        self._audit = audit
        self._patience = patience
        self._known: dict[Key, tuple[float, Standing]] = {}
        self._asking: dict[Key, asyncio.Task[Standing]] = {}
        self._followed: dict[Key, _Followed] = {}
        self._readings: set[_Reading] = set()
        self._live = False
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._looks: set[asyncio.Task[None]] = set()

    @property
    def live(self) -> bool:
        """Whether changes are heard from Redis."""
        return self._live

    async def standing(self, caller: Caller) -> Standing:
        """Returns what an account may do now.

        Raises:
            Failure: UNAVAILABLE; the database is gone, so nothing is allowed.
        """
        known = self._known.get(_key(caller))
        if known is not None and known[0] > asyncio.get_running_loop().time():
            return known[1]
        return await self._ask(caller)

    @contextlib.contextmanager
    def following(self, caller: Caller, told: Told) -> Iterator[None]:
        """Tells of the caller's standing whenever it may have changed, as long as the context lasts."""
        key = _key(caller)
        followed = self._followed.setdefault(key, _Followed(caller))
        followed.told.add(told)
        try:
            yield
        finally:
            followed.told.discard(told)
            if not followed.told:
                self._followed.pop(key, None)

    async def announce(self, change: Change) -> None:
        """Makes a change that was committed act on the next call, here and in all other processes."""
        self._forget(change)
        try:
            await channel.publish(self._redis, change)
        except REDIS_LOST as error:
            _LOG.warning("a change of access is heard late", error=type(error).__name__)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listens and looks after open streams, as long as the context lasts."""
        working = [
            asyncio.create_task(self._listen(), name="access: listen"),
            asyncio.create_task(self._look_after(), name="access: look after open streams"),
        ]
        try:
            yield
        finally:
            await tasks.end(*working, *self._looks)

    async def _ask(self, caller: Caller) -> Standing:
        """Asks once for all who want to know the same at the same time."""
        key = _key(caller)
        asking = self._asking.get(key)
        if asking is None:
            asking = self._asking[key] = asyncio.create_task(self._read(key, caller))
            asking.add_done_callback(lambda task: self._answered(key, task))
        return await asyncio.shield(asking)

    async def _read(self, key: Key, caller: Caller) -> Standing:
        reading = _Reading(caller, overtaken=True)
        self._readings.add(reading)
        try:
            # What was read before a change was told may be what it was before that change.
            while reading.overtaken:
                reading.overtaken = False
                asked = asyncio.get_running_loop().time()
                standing = await store.read(self._database.engine, caller)
        finally:
            self._readings.discard(reading)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = (asked + self._lifetime, standing)
        return standing

    def _answered(self, key: Key, task: asyncio.Task[Standing]) -> None:
        if self._asking.get(key) is task:
            del self._asking[key]
        if not task.cancelled():
            # Whoever asked has the exception; if all of them left, nobody needs it.
            task.exception()

    def _forget(self, change: Change) -> None:
        self._known.clear()
        for reading in self._readings:
            # Other people's changes must not hold up an answer: one busy tenant would hold up everybody.
            reading.overtaken = reading.overtaken or change.concerns(reading.caller)
        for followed in self._followed.values():
            if change.concerns(followed.caller):
                look = asyncio.create_task(self._look(followed))
                self._looks.add(look)
                look.add_done_callback(self._looks.discard)

    async def _look(self, followed: _Followed) -> None:
        """Tells the streams of one caller how it stands now."""
        now = asyncio.get_running_loop().time()
        try:
            async with self._gate:
                standing = await self._ask(followed.caller)
        except (Failure, *DATABASE_LOST):
            followed.unknown_since = followed.unknown_since or now
            if now >= followed.unknown_since + self._patience:
                _tell(followed, None)
        else:
            followed.unknown_since = None
            _tell(followed, standing)

    async def _listen(self) -> None:
        backoff = Backoff(0.05, 1.0)
        while True:
            try:
                async with contextlib.aclosing(channel.changes(self._redis)) as heard:
                    async for change in heard:
                        self._live = True
                        backoff.reset()
                        # What was told before the channel was heard is lost.
                        self._forget(change or Change())
            except REDIS_LOST as error:
                _LOG.warning("changes of access are heard late", error=type(error).__name__)
            except Exception:  # noqa: BLE001 - without this task changes would act late for ever
                _LOG.exception("listening for changes of access failed and starts again")
            finally:
                self._live = False
            heed_cancellation()
            await backoff.wait()

    async def _look_after(self) -> None:
        looked = asyncio.get_running_loop().time()
        while True:
            await asyncio.sleep(self._lifetime)
            now = asyncio.get_running_loop().time()
            everybody = not self._live or now >= looked + self._audit
            looked = now if everybody else looked
            followed = list(self._followed.values())
            due = followed if everybody else [one for one in followed if one.unknown_since is not None]
            for one in due:
                await self._look(one)


def _tell(followed: _Followed, standing: Standing | None) -> None:
    for told in tuple(followed.told):
        told(standing)


def _key(caller: Caller) -> Key:
    return (caller.subject, caller.session, caller.organization.int)
