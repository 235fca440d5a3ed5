"""The log itself: appending in the transaction of the change, and reading what is safely below the horizon.

A reader that asks for `id > last` loses events, because identifiers are drawn before transactions commit and
transactions commit in any order. Here a row is visible to readers only when every transaction that began before its
own has ended (`xid < pg_snapshot_xmin`), and positions are ordered by transaction first.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mesh import calls, identifiers
from services.mesh.bulk import binary, insertion, rows_of
from services.mesh.events.model import START, Event, LoggedEvent, Position
from services.mesh.tables import METADATA

EVENT_LOG = Table(
    "event_log",
    METADATA,
    Column("organization_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("snapshot", LargeBinary, nullable=False),
    Column("snapshot_type", Text, nullable=False),
    Column("trace_context", Text, nullable=False),
    Column("address", Text),
    Column("session", Text),
    Column("method", Text),
    Column("outcome", Text),
    Column("reason", Text),
    Column("occurrences", Integer),
)

_WRITTEN = (
    *("id", "type", "resource", "actor", "summary", "snapshot", "snapshot_type", "trace_context"),
    *("address", "session", "method", "outcome", "reason", "occurrences"),
)
_APPEND = insertion(EVENT_LOG, _WRITTEN)
# Not "AS xid": ORDER BY would take the text, and 1000 comes before 999.
_COLUMNS = """organization_id, id, occurred_at, xid::text AS transaction, sequence, type, resource, actor, summary,
    snapshot, snapshot_type, trace_context"""
_BELOW_HORIZON = "xid < pg_snapshot_xmin(pg_current_snapshot())"
_AFTER = "(xid, sequence) > (CAST(CAST(:transaction AS text) AS xid8), :sequence)"
_BEFORE = "(xid, sequence) < (CAST(CAST(:transaction AS text) AS xid8), :sequence)"
_READ_ALL = text(
    f"SELECT {_COLUMNS} FROM event_log WHERE {_AFTER} AND {_BELOW_HORIZON} ORDER BY xid, sequence LIMIT :limit"  # noqa: S608 - constants only
)
_READ_ONE = text(
    f"SELECT {_COLUMNS} FROM event_log WHERE organization_id = :organization AND {_AFTER} AND {_BELOW_HORIZON} "  # noqa: S608 - constants only
    "ORDER BY xid, sequence LIMIT :limit"
)
_NEWEST = text(
    "SELECT xid::text AS transaction, sequence FROM event_log "  # noqa: S608 - constants only
    f"WHERE organization_id = :organization AND {_BELOW_HORIZON} ORDER BY xid DESC, sequence DESC LIMIT 1"
)
_PRECEDING = text(
    "SELECT xid::text AS transaction, sequence FROM event_log "  # noqa: S608 - constants only
    f"WHERE organization_id = :organization AND {_BEFORE} ORDER BY xid DESC, sequence DESC LIMIT 1"
)
_WAITING = text(f"SELECT EXISTS (SELECT 1 FROM event_log WHERE {_AFTER})")  # noqa: S608 - constants only
_OLDEST_MONTH = text(
    "SELECT min(right(partition.relname, 7)) FROM pg_inherits "
    "JOIN pg_class AS partition ON partition.oid = pg_inherits.inhrelid "
    "WHERE pg_inherits.inhparent = CAST('event_log' AS regclass) "
    "AND partition.relname ~ '^event_log_[0-9]{4}_[0-9]{2}$'"
)


async def append(connection: AsyncConnection, call: calls.Call, organization: UUID, events: Sequence[Event]) -> None:
    """Appends an organization's events in the transaction of `connection`, in the name of the call's caller."""
    context = json.dumps(call.trace_context)
    rows = [
        {
            "id": identifiers.new(),
            "type": event.type,
            "resource": event.resource,
            "actor": call.caller.subject,
            "summary": event.summary,
            "snapshot": binary(event.snapshot),
            "snapshot_type": event.snapshot_type,
            "trace_context": context,
            "address": call.address,
            "session": call.caller.session,
            "method": call.method,
            "outcome": "SUCCEEDED",
            "reason": "",
            "occurrences": 1,
        }
        for event in events
    ]
    await connection.execute(_APPEND, rows_of(organization, rows))


async def read_all(connection: AsyncConnection, after: Position, limit: int) -> list[LoggedEvent]:
    """Returns the events of all organizations right after a position; for the relay, whose role may."""
    parameters = {"transaction": str(after.transaction), "sequence": after.sequence, "limit": limit}
    return [logged(row) for row in await connection.execute(_READ_ALL, parameters)]


async def read_organization(
    connection: AsyncConnection, organization: UUID, after: Position, limit: int
) -> list[LoggedEvent]:
    """Returns one organization's events right after a position."""
    parameters = {
        "organization": organization,
        "transaction": str(after.transaction),
        "sequence": after.sequence,
        "limit": limit,
    }
    return [logged(row) for row in await connection.execute(_READ_ONE, parameters)]


async def newest(connection: AsyncConnection, organization: UUID) -> Position:
    """Returns the position of an organization's newest readable event; zeros where there is none."""
    row = (await connection.execute(_NEWEST, {"organization": organization})).one_or_none()
    return Position(int(row.transaction), row.sequence) if row else Position(0, 0)


async def preceding(connection: AsyncConnection, organization: UUID, before: Position) -> Position:
    """Returns the position of an organization's last event before a position; zeros where there is none."""
    parameters = {"organization": organization, "transaction": str(before.transaction), "sequence": before.sequence}
    row = (await connection.execute(_PRECEDING, parameters)).one_or_none()
    return Position(int(row.transaction), row.sequence) if row else START


async def is_waiting(connection: AsyncConnection, after: Position) -> bool:
    """Returns whether committed events after a position are to be seen, below the horizon or still above it."""
    parameters = {"transaction": str(after.transaction), "sequence": after.sequence}
    return bool((await connection.execute(_WAITING, parameters)).scalar_one())


async def kept_since(connection: AsyncConnection) -> datetime:
    """Returns the time from which on events are kept: the beginning of the oldest month that has a partition."""
    month: str | None = (await connection.execute(_OLDEST_MONTH)).scalar_one()
    if month is None:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.strptime(month, "%Y_%m").replace(tzinfo=UTC)


def logged(row: Row[Any]) -> LoggedEvent:
    """Returns a row of the log as an event."""
    occurred: datetime = row.occurred_at
    return LoggedEvent(
        position=Position(int(row.transaction), row.sequence),
        organization=row.organization_id,
        id=row.id,
        time=occurred,
        actor=row.actor,
        event=Event(row.type, row.resource, row.summary, row.snapshot, row.snapshot_type),
        trace_context=json.loads(row.trace_context),
    )
