"""The events of one finding, from the log."""

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, literal_column, select

from services.core.findings.history.domain import Occurrence
from services.mesh.database import Unit
from services.mesh.events.log import EVENT_LOG
from services.mesh.filters import Field

_TRANSACTION: ColumnElement[Any] = literal_column("event_log.xid")
FIELDS = {"time": Field(EVENT_LOG.c.occurred_at, "time")}
"""What lists are sorted by."""


def of(unit: Unit, finding: str, snapshot_type: str) -> Select[Any]:
    """Returns the statement for what happened to a finding.

    Args:
        unit: The organization's unit.
        finding: The finding's resource name.
        snapshot_type: The message that its events hold.
    """
    return select(EVENT_LOG).where(
        EVENT_LOG.c.organization_id == unit.organization,
        EVENT_LOG.c.resource == finding,
        EVENT_LOG.c.snapshot_type == snapshot_type,
    )


async def before(unit: Unit, event: Row[Any]) -> bytes:
    """Returns the snapshot of the event before one, of the same resource; empty where it is the first."""
    earlier = (
        of(unit, event.resource, event.snapshot_type)
        .with_only_columns(EVENT_LOG.c.snapshot)
        .where(EVENT_LOG.c.sequence < event.sequence)
        .order_by(_TRANSACTION.desc(), EVENT_LOG.c.sequence.desc())
        .limit(1)
    )
    found = (await unit.execute(earlier)).scalar_one_or_none()
    return bytes(found or b"")


def occurrence(row: Row[Any]) -> Occurrence:
    """Returns a row of the log as what happened."""
    return Occurrence(row.id, row.occurred_at, row.type, row.resource, row.actor, row.summary, row.snapshot)
