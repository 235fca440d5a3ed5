"""Watches: every event of an organization that the caller may and wants to see, once and in order, across reconnects.

A watch without a token begins now; with a token it goes on right after the record that the token came with, first from
the log, then live from the hub. It begins with a checkpoint as soon as it has caught up, and says another whenever
nothing was to be said for a while. Every record carries a token.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from xorb.common.v1.watch_pb2 import Checkpoint

from services.mesh import calls
from services.mesh.database import Database
from services.mesh.errors import Failure, Reason
from services.mesh.events import log, sharing
from services.mesh.events.feed import PAGE, read_page
from services.mesh.events.hub import Hub
from services.mesh.events.model import LoggedEvent, Position
from services.mesh.events.outages import DATABASE_LOST
from services.mesh.events.resume import Bookmark, ResumeTokens
from services.mesh.events.subscription import Delivery, Ended, Ending, Overflowed, Subscription
from services.mesh.filters import Field, Predicate, to_predicate
from services.mesh.signing import Signer

R = TypeVar("R", bound=Message)
_FAILURES = {
    Ending.TOO_SLOW: (Reason.READER_TOO_SLOW, ""),
    Ending.CLOSED: (Reason.UNAVAILABLE, "This server stops. Watch again with the last resume token."),
}


@dataclass(frozen=True)
class Watcher:
    """Serves the Watch methods.

    Args:
        database: Where the log is.
        hub: Where live events come from; one per process.
        signer: Signs resume tokens.
        heartbeat: Seconds of silence after which a checkpoint is said.
    """

    database: Database
    hub: Hub
    signer: Signer
    heartbeat: float = 15.0

    async def watch(
        self,
        *,
        response_class: Callable[..., R],
        parent: str,
        accept: Callable[[LoggedEvent], bool],
        present: Callable[[LoggedEvent], Message],
        names: Callable[[LoggedEvent], Mapping[str, object]],
        fields: Mapping[str, Field] | None = None,
        filter: str = "",  # noqa: A002 - the contract's word
        resume_token: str = "",
        until: asyncio.Event | None = None,
    ) -> AsyncGenerator[R, None]:
        """Yields the records of one watch, for the call being served, until the caller leaves.

        Args:
            response_class: The method's response, with `event`, `checkpoint` and `resume_token`.
            parent: What is watched; with the method it is what a token is bound to.
            accept: Whether an event belongs to this watch and the caller may see it; depends on nothing but the event,
                the parent and the caller's permissions, because callers may share what they see (see `sharing`).
            present: Makes the response's `event`. Watches of the same method and parent share what it makes, so it
                depends on nothing but the event.
            names: Makes the values that a filter compares, by name; shared likewise.
            fields: What a filter may name.
            filter: Which events (AIP-160); all where empty.
            resume_token: From an earlier record of the same watch.
            until: Ends the watch when it is set.

        Raises:
            Failure: INVALID_FILTER, INVALID_RESUME_TOKEN, RESUME_TOKEN_EXPIRED, READER_TOO_SLOW or UNAVAILABLE; the
                last two with the `resume_token` to go on with in the metadata.
        """
        call = calls.current()
        tokens = ResumeTokens(self.signer, call.organization, f"{call.method} {parent}")
        matches = to_predicate(filter, fields or {}) if filter else None
        if call.sharing and await sharing.is_silent(call, call.sharing, sharing.view_of(call, parent, filter)):
            await self.hub.until_closed()
            raise Failure(*_FAILURES[Ending.CLOSED])
        view = _View(tokens, response_class, accept, present, names, matches)
        watch = _Watch(self, view, await self._resume(tokens, resume_token), until)
        async with contextlib.aclosing(watch.records()) as records:
            async for record in records:
                yield record

    async def _resume(self, tokens: ResumeTokens, token: str) -> Bookmark | None:
        if not token:
            return None
        bookmark = tokens.open(token)
        try:
            async with self.database.unit(calls.Call("events", organization=tokens.organization)) as unit:
                kept_since = await log.kept_since(unit.connection)
        except DATABASE_LOST as error:
            raise Failure(Reason.UNAVAILABLE, metadata={"resume_token": token}) from error
        if bookmark.time < kept_since:
            raise Failure(Reason.RESUME_TOKEN_EXPIRED)
        return bookmark


@dataclass(frozen=True)
class _View(Generic[R]):
    """Which events a watch shows, and how."""

    tokens: ResumeTokens
    response_class: Callable[..., R]
    accept: Callable[[LoggedEvent], bool]
    present: Callable[[LoggedEvent], Message]
    names: Callable[[LoggedEvent], Mapping[str, object]]
    matches: Predicate | None

    def show(self, delivery: Delivery) -> R | None:
        """Returns the event's record; None if the watch doesn't show it."""
        if not self.accept(delivery.event):
            return None
        watch = self.tokens.watch
        if self.matches and not self.matches(delivery.shared(("names", watch), self.names)):
            return None
        return delivery.shared(("record", watch), self._record)

    def checkpoint(self, bookmark: Bookmark) -> R:
        """Returns a checkpoint's record."""
        time = Timestamp()
        time.FromDatetime(bookmark.time)
        return self.response_class(checkpoint=Checkpoint(time=time), resume_token=self.tokens.issue(bookmark))

    def _record(self, event: LoggedEvent) -> R:
        token = self.tokens.issue(Bookmark(event.position, event.time))
        return self.response_class(event=self.present(event), resume_token=token)


@dataclass
class _Watch(Generic[R]):
    """One watch while it runs; its bookmark moves on with each event, shown or not."""

    watcher: Watcher
    view: _View[R]
    bookmark: Bookmark | None
    until: asyncio.Event | None
    _silent_since: float = 0.0

    async def records(self) -> AsyncGenerator[R, None]:
        """Yields the records."""
        hub, organization = self.watcher.hub, self.view.tokens.organization
        try:
            # Who comes back after long reads most of the log before live events begin to queue.
            async with contextlib.aclosing(self._past()) as past:
                async for record in past:
                    yield record
            async with hub.subscribe(organization) as subscription, _ending(subscription, self.until):
                self.bookmark = self.bookmark or Bookmark(subscription.position, datetime.now(UTC))
                while True:
                    async with contextlib.aclosing(self._past()) as past:
                        async for record in past:
                            yield record
                    yield self._checkpoint(self.bookmark.position)
                    with contextlib.suppress(Overflowed):
                        while True:
                            if live := await self._next(subscription):
                                yield live
                    subscription.rejoin()
        except Ended as ended:
            if ended.ending is not Ending.STOPPED:
                raise self._failure(*_FAILURES[ended.ending]) from ended
        except DATABASE_LOST as error:
            raise self._failure(Reason.UNAVAILABLE) from error

    async def _past(self) -> AsyncGenerator[R, None]:
        """Yields what the log has after the bookmark."""
        more = True
        while more and self.bookmark and not (self.until and self.until.is_set()):
            events = await read_page(self.watcher.database, self.view.tokens.organization, self.bookmark.position)
            more = len(events) == PAGE
            for event in events:
                if record := self._show(Delivery(event)):
                    yield record

    async def _next(self, subscription: Subscription) -> R | None:
        """Returns the next record, a checkpoint after a silence, or nothing after an event that isn't shown."""
        loop, due = asyncio.get_running_loop(), self._silent_since + self.watcher.heartbeat
        delivery = await subscription.next(due - loop.time())
        if delivery and (record := self._show(delivery)):
            self._silent_since = loop.time()
            return record
        if self.bookmark and loop.time() >= due:
            return self._checkpoint(self.bookmark.position)
        return None

    def _show(self, delivery: Delivery) -> R | None:
        event = delivery.event
        if self.bookmark and event.position <= self.bookmark.position:
            return None
        self.bookmark = Bookmark(event.position, event.time)
        return self.view.show(delivery)

    def _checkpoint(self, position: Position) -> R:
        self._silent_since = asyncio.get_running_loop().time()
        self.bookmark = Bookmark(position, datetime.now(UTC))
        return self.view.checkpoint(self.bookmark)

    def _failure(self, reason: Reason, message: str = "") -> Failure:
        token = {"resume_token": self.view.tokens.issue(self.bookmark)} if self.bookmark else {}
        return Failure(reason, message, metadata=token)


@contextlib.asynccontextmanager
async def _ending(subscription: Subscription, until: asyncio.Event | None) -> AsyncIterator[None]:
    """Ends the subscription when `until` is set."""
    if until is None:
        yield
        return
    task = asyncio.create_task(_end_when(subscription, until))
    try:
        yield
    finally:
        task.cancel()


async def _end_when(subscription: Subscription, until: asyncio.Event) -> None:
    await until.wait()
    subscription.end(Ending.STOPPED)
