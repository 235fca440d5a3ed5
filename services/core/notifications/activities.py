"""What the workflows of notifications have done: matching, and sending. Each may be done twice without harm."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from temporalio import activity

from services.core.notifications import matching
from services.core.notifications.channels import store as channels
from services.core.notifications.channels.domain import TRACKERS, Opened
from services.core.notifications.deliveries import domain, store, wire
from services.core.notifications.deliveries.domain import Delivery, Kind, Patience, State
from services.core.notifications.orders import ChannelOrder, OrganizationOrder, Round
from services.core.notifications.sending.outcome import RefusedError
from services.core.notifications.sending.senders import Senders
from services.core.notifications.waking import Waking
from services.core.notifications.workflows import MATCH, SEND
from services.mesh import tasks
from services.mesh.calls import Call, Caller
from services.mesh.database import Database
from services.mesh.outbound import UndeliveredError

IDENTITY = "spiffe://xorb/orchestrator"
_LOG = structlog.get_logger(__name__)
_BEAT_SECONDS = 1.0
_ROUND_SECONDS = 30.0
_AT_ONCE = 4
_KEPT = timedelta(days=90)


@dataclass(frozen=True)
class NotificationActivities:
    """The activities, with what they stand on.

    Args:
        database: Where rules and deliveries are.
        waking: The way to the channels' workflows.
        senders: The ways out.
        patience: How long to wait between tries.
    """

    database: Database
    waking: Waking
    senders: Senders
    patience: Patience

    def all(self) -> list[Callable[..., Coroutine[Any, Any, Any]]]:
        """Returns the activities, for a worker."""
        return [self.match, self.send]

    @activity.defn(name=MATCH)
    async def match(self, order: OrganizationOrder) -> Round:
        """Matches what has happened with the rules, makes the digests that are due, and wakes the channels."""
        async with _alive():
            more = True
            while more:
                async with self.database.unit(_call(order)) as unit:
                    more = await matching.match(unit, _now())
            async with self.database.unit(_call(order)) as unit:
                due = await matching.digest(unit, _now())
                await store.forget(unit, _now(), _KEPT)
            async with self.database.unit(_call(order)) as unit:
                waiting = await store.waiting(unit)
            # Not only those that were just written for: who died here last time woke nobody.
            for channel in waiting:
                await self.waking.channel(ChannelOrder(order.organization, str(channel)))
        return Round(_seconds(due))

    @activity.defn(name=SEND)
    async def send(self, order: ChannelOrder) -> Round:
        """Sends what is due by a channel, for half a minute at most."""
        channel, until = UUID(order.channel), asyncio.get_running_loop().time() + _ROUND_SECONDS
        async with _alive():
            while asyncio.get_running_loop().time() < until:
                async with self.database.unit(_call(order)) as unit:
                    opened = await channels.opened(unit, channel)
                    if opened is None or opened.channel.disabled:
                        return Round()
                    first = await store.first(unit, channel)
                    found = [] if opened.channel.ordered else await store.due(unit, channel, _now(), _AT_ONCE)
                    waits = await store.next_time(unit, channel)
                if opened.channel.ordered and first is not None:
                    waits = first.next_at
                    found = [first] if waits is not None and waits <= _now() else []
                if not found:
                    return Round(_seconds(_earlier(waits, await self._look(order, opened))))
                await self._send_all(order, opened, found)
        return Round(0.0)

    async def _look(self, order: ChannelOrder, opened: Opened) -> datetime | None:
        """Looks at a tracker if it is time to; returns when the next time is, None for never."""
        if opened.channel.kind not in TRACKERS:
            return None
        keeping, now = self.senders.keeping, _now()
        try:
            return await keeping.look(_call(order), opened, now)
        except (RefusedError, UndeliveredError) as error:
            _LOG.warning("a tracker can't be looked at", channel=order.channel, why=str(error))
            return now + keeping.pause

    async def _send_all(self, order: ChannelOrder, opened: Opened, found: Sequence[Delivery]) -> None:
        """Sends a few deliveries at once."""
        await asyncio.gather(*(self._send(order, opened, delivery) for delivery in found))

    async def _send(self, order: ChannelOrder, opened: Opened, delivery: Delivery) -> None:
        """Sends a delivery, and writes down what came of it; who dies between sends it once more."""
        try:
            await self.senders.send(_call(order), opened, delivery, _now())
            settled = domain.delivered(delivery, _now())
        except RefusedError as error:
            settled = domain.failed(delivery, error.words, _now(), self.patience, asked=error.asked, final=error.final)
        async with self.database.unit(_call(order)) as unit:
            await store.settle(unit, settled)
            if settled.state is State.DEAD:
                unit.record(wire.changed("given_up", wire.message(unit.organization, settled)))
            if settled.state is State.DELIVERED and settled.kind is Kind.TEST:
                await channels.verify(unit, settled.channel, _now())


@asynccontextmanager
async def _alive() -> AsyncIterator[None]:
    """Tells that the worker lives, so that its death is noticed within seconds."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(_BEAT_SECONDS)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        await tasks.end(beating)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, (one, other)), default=None)


def _seconds(moment: datetime | None) -> float | None:
    """Returns how long it is until a time, at least a little: a timer may end a moment early."""
    return None if moment is None else max(0.05, (moment - _now()).total_seconds())


def _call(order: OrganizationOrder | ChannelOrder) -> Call:
    return Call(method="Notify", caller=Caller(IDENTITY), organization=UUID(order.organization))


def _now() -> datetime:
    return datetime.now(UTC)
