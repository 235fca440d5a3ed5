"""One organization's events in this process: up to where they were handed out, and to whom."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from services.mesh import calls
from services.mesh.database import Database
from services.mesh.events import log
from services.mesh.events.model import LoggedEvent, Position
from services.mesh.events.subscription import Delivery, Subscription

PAGE = 500


@dataclass(eq=False)
class Feed:
    """The one place through which an organization's events pass, whatever their source: in order, each once.

    Attributes:
        organization: Whose events.
        position: Up to where they were handed out; None until the log was asked for the newest.
        subscriptions: Who gets them.
        look_at: When to look at the log again, in the event loop's time.
    """

    organization: UUID
    position: Position | None = None
    subscriptions: set[Subscription] = field(default_factory=set)
    look_at: float = 0.0
    _beginning: asyncio.Lock = field(default_factory=asyncio.Lock)

    def deliver(self, event: LoggedEvent) -> None:
        """Hands out the event that follows on, and nothing a second time."""
        if self.position is None or event.position <= self.position:
            return
        self.position = event.position
        delivery = Delivery(event)
        for subscription in self.subscriptions:
            subscription.offer(delivery)

    async def begin(self, database: Database) -> Position:
        """Returns the feed's position, at first that of the log's newest event."""
        async with self._beginning:
            if self.position is None:
                async with database.unit(_call(self.organization)) as unit:
                    self.position = await log.newest(unit.connection, self.organization)
        return self.position

    async def catch_up(self, database: Database) -> bool:
        """Hands out all that the log has after the feed's position; returns whether there was anything."""
        found = False
        while self.position is not None:
            events = await read_page(database, self.organization, self.position)
            for event in events:
                self.deliver(event)
            found = found or bool(events)
            if len(events) < PAGE:
                break
        return found


async def read_page(database: Database, organization: UUID, after: Position) -> list[LoggedEvent]:
    """Returns an organization's next `PAGE` events after a position; fewer where there are no more."""
    async with database.unit(_call(organization)) as unit:
        return await log.read_organization(unit.connection, organization, after, PAGE)


def _call(organization: UUID) -> calls.Call:
    return calls.Call(method="events", organization=organization)
