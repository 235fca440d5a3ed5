"""Many rows in one statement: COPY is refused under row-level security, so they go as one JSON array."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Table, TextClause, text

# It writes identifiers and times as PostgreSQL reads them; the standard library would ask back for each of them.
_ENCODER = msgspec.json.Encoder()


def insertion(table: Table, columns: Sequence[str], conflict: str = "", change: Sequence[str] = ()) -> TextClause:
    """Returns the statement that writes the rows that `rows_of` gives it.

    Args:
        table: The table; its rows are an organization's.
        columns: The columns that the rows have, besides the organization.
        conflict: The column that tells rows of an organization apart; empty where all of them are new.
        change: What is written over where the row is there already; nothing where empty.
    """
    names = ", ".join(columns)
    changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in change)
    otherwise = f"ON CONFLICT (organization_id, {conflict}) DO {f'UPDATE SET {changes}' if changes else 'NOTHING'}"
    return text(
        f"INSERT INTO {table.name} (organization_id, {names}) "  # noqa: S608 - names of our own tables
        f"SELECT CAST(:organization AS uuid), {names} "
        f"FROM json_populate_recordset(NULL::{table.name}, CAST(:rows AS json)) {otherwise if conflict else ''}"
    )


def rows_of(organization: UUID, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Returns the parameters of an `insertion` for an organization's rows, bytes in them being `binary`."""
    return {"organization": organization, "rows": as_json(rows)}


def as_json(value: object) -> str:
    """Returns JSON as PostgreSQL reads it, whatever of identifiers and times is in it; bytes are to be `binary`."""
    return _ENCODER.encode(value).decode()


def binary(content: bytes) -> str:
    """Returns bytes as PostgreSQL reads them from JSON, which has no form for them."""
    return f"\\x{content.hex()}"


def pairs(moves: Mapping[UUID, UUID]) -> str:
    """Returns the JSON array of objects `old` and `new`."""
    return as_json([{"old": old, "new": new} for old, new in moves.items()])
