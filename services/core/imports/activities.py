"""What an import's workflow has done: reading the file, and the end. Each may be done twice without harm."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError

from services.core.imports import domain, store, wire
from services.core.imports.domain import State
from services.core.imports.orders import Ending, ImportOrder, Outcome
from services.core.imports.reading.session import Lost
from services.core.imports.sightings import Sightings
from services.core.imports.work import Stopped, Work
from services.core.imports.workflows import FINISH, PROCESS
from services.mesh import tasks
from services.mesh.calls import Call, Caller
from services.mesh.database import Database

IDENTITY = "spiffe://xorb/orchestrator"
_HEARTBEAT_SECONDS = 1.0
_MOST_DEATHS = 5
_UNREADABLE = "The process that reads the file ends again and again."
_ENDINGS = {
    State.SUCCEEDED: ("import.succeeded", "An import has ended"),
    State.FAILED: ("import.failed", "An import has failed"),
    State.CANCELLED: ("import.cancelled", "An import was cancelled"),
}


@dataclass(frozen=True)
class ImportActivities:
    """The activities, with what they stand on.

    Args:
        database: Where imports are.
        sightings: The way to the findings service.
    """

    database: Database
    sightings: Sightings

    def all(self) -> list[Callable[..., Coroutine[Any, Any, Any]]]:
        """Returns the activities, for a worker."""
        return [self.process, self.finish]

    @activity.defn(name=PROCESS)
    async def process(self, order: ImportOrder) -> Outcome:
        """Reads the file and records what it reports. Until the state is committed, it fails and is tried again."""
        identifier = UUID(order.identifier)
        async with self.database.unit(call := _call(order)) as unit:
            value = await store.get(unit, identifier)
        if value.state is State.RECEIVING:
            raise ApplicationError("the file isn't finished yet")
        details = activity.info().heartbeat_details
        work = Work(self.database, self.sightings, call, value, done=int(details[0]) if details else 0)
        beating = asyncio.create_task(_heartbeats(work))
        try:
            return Outcome(await work.run())
        except Stopped:
            return Outcome()
        except Lost:
            if activity.info().attempt < _MOST_DEATHS:
                raise
            return Outcome(_UNREADABLE)
        finally:
            await tasks.end(beating)

    @activity.defn(name=FINISH)
    async def finish(self, ending: Ending) -> None:
        """Ends the import and removes its file. An import whose file isn't finished stays as it is."""
        identifier = UUID(ending.order.identifier)
        async with self.database.unit(_call(ending.order)) as unit:
            value = await store.find(unit, identifier, lock=True)
            if value is None or value.state is State.RECEIVING:
                return
            await store.remove_blocks(unit, identifier)
            if value.state in domain.ENDED:
                return
            value = domain.move(value, State(ending.state), datetime.now(UTC), ending.reason)
            await store.save(unit, value)
            unit.record(wire.changed(*_changed(value)))


async def _heartbeats(work: Work) -> None:
    while True:
        activity.heartbeat(work.done)
        await asyncio.sleep(_HEARTBEAT_SECONDS)


def _changed(value: domain.Import) -> tuple[str, domain.Import, str]:
    kind, summary = _ENDINGS[value.state]
    counts = value.counts
    outside = f", {counts.outside_scope} outside the engagement's scope" if counts.outside_scope else ""
    told = f"{summary}: {counts.created} new, {counts.seen_again} seen again, {counts.refused} refused{outside}"
    return kind, value, told


def _call(order: ImportOrder) -> Call:
    return Call(method="ImportFile", caller=Caller(IDENTITY), organization=UUID(order.organization))
