"""Counters in PostgreSQL: what is folded, and the changes since, read in one statement and so of one moment.

Triggers of the table of findings write changes, and fold them from time to time (step 0034). Everything is counted for
the organization, whose scope is its own identifier, and once more for each target.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from services.core.findings.dashboard import domain
from services.core.findings.dashboard.domain import Board, Counts, Lengths
from services.core.findings.domain import State
from services.mesh.database import Unit


class Measure(IntEnum):
    """What is counted, and by which key and part."""

    STATE = 1
    """Findings; part is ten times the state, and the stage of the deadline."""
    ASSET = 2
    """What is open, by asset."""
    TOOL = 3
    """What is open, by tool."""
    OPEN = 4
    """What is open."""
    NET = 5
    """By how much that has changed, by day."""
    OPENED = 6
    """How often a finding became open, by day."""
    CLOSED = 7
    """How often one ceased to be, by day."""
    LENGTH = 8
    """What is resolved, by the day it was; part is the class of how long it took."""
    SECONDS = 9
    """How long it took, in seconds, by the day it was resolved."""


MOST_ASSETS: Final = 10
MOST_TOOLS: Final = 20

SEVERITIES: Final = ("unrated", "info", "low", "medium", "high", "critical")
"""The columns."""

_LISTED = ", ".join(SEVERITIES)
_SUMS = ", ".join(f"sum({name})::bigint AS {name}" for name in SEVERITIES)
_TOTAL = " + ".join(SEVERITIES)
_BOTH = f"""(
    SELECT scope_id, measure, key, part, {_LISTED} FROM dashboard_counts
    UNION ALL SELECT scope_id, measure, key, part, {_LISTED} FROM unfolded
)"""  # noqa: S608 - constants only


def _summed(measures: str, keys: str, part: str, condition: str = "TRUE", measure: str = "measure") -> str:
    """Returns the statement that sums some measures of the scope, by key and part."""
    return (
        f"SELECT {measure} AS measure, 0 AS days, {keys} AS key, {part} AS part, {_SUMS} FROM {_BOTH} AS cells "  # noqa: S608 - constants only
        f"WHERE scope_id = :scope AND measure IN ({measures}) AND {condition} GROUP BY 1, 2, 3, 4"
    )


def _window(days: int) -> str:
    """Returns the statement for how long it took what was resolved in so many days."""
    return _summed("8, 9", "''", "part", f"key > :before_{days}").replace("0 AS days", f"{days} AS days")


# An asset that has changed since is summed up by its key; of all others the index has the gravest.
_ASSETS = f"""
    SELECT 2, 0, key, 0, {_LISTED} FROM (
        (
            SELECT key, {_LISTED}, weight FROM dashboard_counts
            WHERE measure = 2 AND scope_id = :scope AND {_TOTAL} > 0 AND NOT EXISTS (
                SELECT FROM unfolded
                WHERE unfolded.measure = 2 AND unfolded.scope_id = :scope AND unfolded.key = dashboard_counts.key
            )
            ORDER BY weight DESC, key LIMIT {MOST_ASSETS}
        )
        UNION ALL
        SELECT changed.*, low + 3 * medium + 7 * high + 10 * critical FROM (
            SELECT key, {", ".join(f"coalesce(counts.{name}, 0) + unfolded.{name} AS {name}" for name in SEVERITIES)}
            FROM unfolded LEFT JOIN dashboard_counts AS counts USING (measure, scope_id, key, part)
            WHERE measure = 2 AND scope_id = :scope
        ) AS changed WHERE {_TOTAL} > 0
    ) AS assets ORDER BY weight DESC, key LIMIT {MOST_ASSETS}
"""  # noqa: S608 - constants only
_TOOLS = f"""
    SELECT * FROM ({_summed("3", "key", "0")}) AS tools WHERE {_TOTAL} > 0
    ORDER BY {_TOTAL} DESC, key LIMIT {MOST_TOOLS}
"""  # noqa: S608 - constants only
_TARGETS = f"""
    SELECT 4, 0, '', coalesce(criticality, 0), {_SUMS} FROM {_BOTH} AS cells LEFT JOIN targets ON targets.id = scope_id
    WHERE measure = 4 AND CASE WHEN :whole THEN scope_id <> :scope ELSE scope_id = :scope END GROUP BY 4
"""  # noqa: S608 - constants only
_PARTS = (
    _summed("1", "''", "part"),
    _summed("5, 6, 7", "key", "0", "key > :before"),
    *map(_window, domain.WINDOWS),
    _ASSETS,
    _TOOLS,
    _TARGETS,
)
_READ = text(
    f"WITH unfolded AS MATERIALIZED (SELECT scope_id, measure, key, part, {_SUMS} FROM dashboard_changes "  # noqa: S608 - constants only
    f"GROUP BY 1, 2, 3, 4) {' UNION ALL '.join(f'({part})' for part in _PARTS)}"
)


async def read(unit: Unit, target: UUID | None, now: datetime) -> Board:
    """Returns the organization's counters, or a target's, as they are at one moment."""
    today = now.astimezone(UTC).date()
    before = {f"before_{days}": str(today - timedelta(days=days)) for days in domain.WINDOWS}
    values = {"scope": target or unit.organization, "whole": target is None, **before}
    rows = (await unit.execute(_READ, {**values, "before": str(today - timedelta(days=domain.TREND))})).all()
    return _board(today, {measure: [row for row in rows if row.measure == measure] for measure in Measure})


def _board(today: date, rows: Mapping[Measure, Sequence[Row[Any]]]) -> Board:
    states = {(State(row.part // 10), row.part % 10): _counts(row) for row in rows[Measure.STATE]}
    now = domain.added(counts for (state, _), counts in states.items() if state in domain.OPEN)
    days = {
        measure: {date.fromisoformat(row.key): _counts(row) for row in rows[measure]}
        for measure in (Measure.NET, Measure.OPENED, Measure.CLOSED)
    }
    opened, closed = ({day: sum(of) for day, of in days[one].items()} for one in (Measure.OPENED, Measure.CLOSED))
    return Board(
        today,
        states,
        _named(rows[Measure.ASSET]),
        _named(rows[Measure.TOOL]),
        tuple(_lengths(window, rows) for window in domain.WINDOWS),
        domain.trend(today, now, days[Measure.NET], opened, closed),
        domain.exposure(now, {row.part: _counts(row) for row in rows[Measure.OPEN]}),
    )


def _lengths(days: int, rows: Mapping[Measure, Sequence[Row[Any]]]) -> Lengths:
    classes = {row.part: _counts(row) for row in rows[Measure.LENGTH] if row.days == days}
    return Lengths(days, classes, domain.added(_counts(row) for row in rows[Measure.SECONDS] if row.days == days))


def _named(rows: Sequence[Row[Any]]) -> tuple[tuple[str, Counts], ...]:
    return tuple((row.key, _counts(row)) for row in rows)


def _counts(row: Row[Any]) -> Counts:
    return tuple(getattr(row, name) for name in SEVERITIES)
