"""Up to where an organization's log was read for notifications; an organization without channels has no such place."""

from services.core.notifications import store
from services.mesh.database import Unit
from services.mesh.events import log
from services.mesh.events.model import Position


async def begin(unit: Unit) -> None:
    """Has the organization's events read from now on, unless they are already."""
    await store.begin(unit, await newest(unit))


async def newest(unit: Unit) -> Position:
    """Returns the position of the newest event that can be read."""
    return await log.newest(unit.connection, unit.organization)
