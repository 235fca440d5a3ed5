"""Many rows in one statement: COPY is refused under row-level security, so they go as one JSON array."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, TextClause, text


def insertion(table: Table, columns: Sequence[str], conflict: str, change: Sequence[str] = ()) -> TextClause:
    """Returns the statement that writes the rows of the JSON array `rows`.

    Args:
        table: The table; its rows are an organization's.
        columns: The columns that the rows have, besides the organization.
        conflict: The column that tells rows of an organization apart.
        change: What is written over where the row is there already; nothing where empty.
    """
    names = ", ".join(("organization_id", *columns))
    changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in change)
    return text(
        f"INSERT INTO {table.name} ({names}) "  # noqa: S608 - names of our own tables
        f"SELECT {names} FROM json_populate_recordset(NULL::{table.name}, CAST(:rows AS json)) "
        f"ON CONFLICT (organization_id, {conflict}) DO {f'UPDATE SET {changes}' if changes else 'NOTHING'}"
    )


def as_json(organization: UUID, rows: Sequence[Mapping[str, Any]]) -> str:
    """Returns an organization's rows as `insertion` takes them."""
    return json.dumps([{"organization_id": organization, **row} for row in rows], default=_text)


def pairs(moves: Mapping[UUID, UUID]) -> str:
    """Returns the JSON array of objects `old` and `new`."""
    return json.dumps([{"old": str(old), "new": str(new)} for old, new in moves.items()])


def _text(value: object) -> str:
    """Returns what PostgreSQL reads a value from that JSON has no form for."""
    match value:
        case bytes():
            return f"\\x{value.hex()}"
        case datetime():
            return value.isoformat()
    return str(value)
