"""What KeepTime has done: a look at all that may be due."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from temporalio import activity

from services.core.findings.timekeeping.workflows import TICK
from services.mesh import tasks
from services.mesh.calls import Call, Caller
from services.mesh.database import Database

IDENTITY = "spiffe://xorb/orchestrator"
_BEAT_SECONDS = 1.0


class Keeper(Protocol):
    """Something that has to be done in time."""

    async def tick(self, database: Database, call: Call, now: datetime) -> datetime | None:
        """Does what is due, and returns when the next is: at once where there is more; None for never."""


@dataclass(frozen=True)
class TimekeepingActivities:
    """The activity, with what it stands on.

    Args:
        database: Where it is written what is due when.
        keepers: What has to be done in time.
    """

    database: Database
    keepers: Sequence[Keeper]

    def all(self) -> list[Callable[..., Coroutine[Any, Any, Any]]]:
        """Returns the activities, for a worker."""
        return [self.tick]

    @activity.defn(name=TICK)
    async def tick(self, organization: str) -> str:
        """Does what is due in an organization and returns when the next is, ISO 8601; empty for never."""
        call = Call(method="KeepTime", caller=Caller(IDENTITY), organization=UUID(organization))
        async with _alive():
            found = [await keeper.tick(self.database, call, datetime.now(UTC)) for keeper in self.keepers]
        times = [moment for moment in found if moment]
        return min(times).isoformat() if times else ""


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
