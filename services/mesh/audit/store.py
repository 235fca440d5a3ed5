"""Decisions as rows of the event log."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from services.mesh import identifiers
from services.mesh.audit.model import Row
from services.mesh.database import Unit
from services.mesh.events.log import EVENT_LOG


async def append(unit: Unit, rows: Sequence[Row]) -> None:
    """Appends decisions to the log of the transaction's organization, which is that of all of them."""
    context = json.dumps({})
    await unit.execute(insert(EVENT_LOG), [_values(row) | {"trace_context": context} for row in rows])


def _values(row: Row) -> dict[str, Any]:
    decision, event = row.decision, row.event
    return {
        "organization_id": decision.log,
        "id": identifiers.new(),
        "occurred_at": row.time,
        "type": event.type,
        "resource": event.resource,
        "actor": decision.actor,
        "summary": event.summary,
        "snapshot": event.snapshot,
        "snapshot_type": event.snapshot_type,
        "address": decision.address,
        "session": decision.session,
        "method": decision.method,
        "outcome": decision.outcome,
        "reason": decision.reason,
        "occurrences": row.occurrences,
    }
