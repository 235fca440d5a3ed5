"""The audit trail as the tests read it: rows of one log."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.mesh.database import Database
from services.mesh.events.log import EVENT_LOG
from services.mesh.testing import call_of


async def trail_of(database: Database, log: UUID) -> list[dict[str, Any]]:
    """Returns the rows of a log, the oldest first."""
    async with database.unit(call_of(log)) as unit:
        found = await unit.execute(
            select(EVENT_LOG).where(EVENT_LOG.c.organization_id == log).order_by(EVENT_LOG.c.occurred_at)
        )
        return [dict(row) for row in found.mappings()]
