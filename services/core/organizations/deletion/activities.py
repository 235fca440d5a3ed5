"""What a deletion's workflow has done. Each step may be done twice without harm."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from temporalio import activity

from services.core.organizations import store as organizations
from services.core.organizations.deletion import store
from services.core.organizations.deletion.orders import DeletionOrder, name
from services.core.organizations.deletion.workflows import COMMIT, DESTROY, EMPTIED, FINISH, STOP
from services.mesh import tasks
from services.mesh.calls import NO_ORGANIZATION, Call, Caller
from services.mesh.database import Database, Unit
from services.mesh.encryption import ending
from services.mesh.encryption.wrapping import OrganizationKeys
from services.mesh.events.model import Event
from services.mesh.executions import Executions

IDENTITY = "spiffe://xorb/orchestrator"
_LOOK_SECONDS = 0.5
_BEAT_SECONDS = 1.0


@dataclass(frozen=True)
class DeletionActivities:
    """The activities, with what they stand on.

    Args:
        database: Where organizations are.
        keys: Organizations' keys, with the right to destroy them.
        executions: What Temporal runs, and has run.
    """

    database: Database
    keys: OrganizationKeys
    executions: Executions

    def all(self) -> list[Callable[..., Coroutine[Any, Any, bool]]]:
        """Returns the activities, for a worker."""
        return [self.stop, self.commit, self.destroy, self.emptied, self.finish]

    @activity.defn(name=STOP)
    async def stop(self, order: DeletionOrder) -> bool:
        """Ends the organization's scans and whatever else runs of it; False where the deletion was undone."""

        async def stands() -> bool:
            async with self.database.unit(_call(order)) as unit:
                return await _stands(unit, order)

        async with _alive():
            return await self.executions.stop(_prefix(order), apart_from=_own(order), wanted=stands)

    @activity.defn(name=COMMIT)
    async def commit(self, order: DeletionOrder) -> bool:
        """Makes the deletion one that can't be undone; False where it was."""
        async with _alive(), self.database.unit(_call(order)) as unit:
            # Whoever gives it a key just now has done so before the keys are destroyed, and nobody does later.
            await ending.wait(unit)
            if not await _stands(unit, order):
                return False
            if not await store.committed(unit):
                await store.commit(unit, order.actor, datetime.fromisoformat(order.requested_at))
        return True

    @activity.defn(name=DESTROY)
    async def destroy(self, order: DeletionOrder) -> bool:
        """Destroys the organization's key, and with it whatever was ever sealed by it, in all copies."""
        async with _alive():
            await self.keys.destroy(UUID(order.organization))
        return True

    @activity.defn(name=EMPTIED)
    async def emptied(self, order: DeletionOrder) -> bool:
        """Waits until the relay's role has removed every row of the organization."""
        while True:
            async with self.database.unit(_call(order)) as unit:
                left = await store.filled(unit)
            if not left:
                return True
            activity.heartbeat()
            await asyncio.sleep(_LOOK_SECONDS)

    @activity.defn(name=FINISH)
    async def finish(self, order: DeletionOrder) -> bool:
        """Forgets what Temporal knows of the organization, and notes in the platform's log that it is gone."""
        async with _alive():
            await self.executions.forget(_prefix(order), apart_from=_own(order))
        async with self.database.unit(_call(order)) as unit:
            if await store.finish(unit):
                summary = f"An organization is gone, as {order.actor} asked at {order.requested_at}"
                event = Event("organization.erased", f"organizations/{order.organization}", summary)
                unit.record(event, NO_ORGANIZATION)
        return True


@asynccontextmanager
async def _alive() -> AsyncIterator[None]:
    """Tells that the worker lives, however long the step takes, so that its death is noticed within seconds."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(_BEAT_SECONDS)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        await tasks.end(beating)


async def _stands(unit: Unit, order: DeletionOrder) -> bool:
    """Returns whether the deletion wasn't undone; waits for whoever marks the organization or undoes it just now."""
    found = await organizations.get(unit, unit.organization, lock=True)
    if found is None:
        return await store.committed(unit)
    return found.deleted_at is not None and found.deleted_at.isoformat() == order.requested_at


def _call(order: DeletionOrder) -> Call:
    return Call(method="DeleteOrganization", caller=Caller(IDENTITY), organization=UUID(order.organization))


def _prefix(order: DeletionOrder) -> str:
    return f"organizations/{order.organization}/"


def _own(order: DeletionOrder) -> str:
    return name(order.organization, order.requested_at)
