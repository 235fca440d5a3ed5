"""Counters compared with a recount, for operators: whatever is kept by itself may be asked whether it is right."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from services.core.findings.dashboard import domain
from services.core.findings.dashboard.domain import Counts
from services.core.findings.dashboard.store import SEVERITIES, Measure
from services.mesh.database import Unit

_LISTED = ", ".join(SEVERITIES)
_OPEN = f"state IN ({', '.join(str(state.value) for state in domain.OPEN)})"
_RESOLVED = "state = 3 AND resolved_at IS NOT NULL"
_DAY = "to_char(resolved_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
_SECONDS = "greatest(1, extract(epoch FROM resolved_at - first_seen_at)::float8)"
_CLASS = f"round(4 * ln({_SECONDS}) / ln(2))"
_SUMS = ", ".join(f"sum({name})::bigint AS {name}" for name in SEVERITIES)


def _counted(measure: int, key: str, part: str, condition: str, amount: str = "1") -> str:
    """Returns the statement that counts findings of the organization and of each target."""
    columns = ", ".join(
        f"coalesce(sum({amount}) FILTER (WHERE severity = {number}), 0)::bigint AS {name}"
        for number, name in enumerate(SEVERITIES)
    )
    return (
        f"SELECT scope_id, {measure} AS measure, {key} AS key, {part} AS part, {columns} FROM findings "  # noqa: S608 - constants only
        "CROSS JOIN LATERAL (VALUES (organization_id), (target_id)) AS scope (scope_id) "
        f"WHERE scope_id IS NOT NULL AND {condition} GROUP BY 1, 2, 3, 4"
    )


_RECOUNT = " UNION ALL ".join(
    (
        _counted(Measure.STATE, "''", "state * 10 + clock_stage", "TRUE"),
        _counted(Measure.ASSET, "asset", "0", _OPEN),
        _counted(Measure.TOOL, "tool", "0", _OPEN),
        _counted(Measure.OPEN, "''", "0", _OPEN),
        # Day by day it can't be recounted; what all days come to is what is open.
        _counted(Measure.NET, "''", "0", _OPEN),
        _counted(Measure.LENGTH, _DAY, _CLASS, _RESOLVED),
        _counted(Measure.SECONDS, _DAY, "0", _RESOLVED, f"round({_SECONDS})"),
    )
)
_KEPT = f"""
    SELECT scope_id, measure, CASE measure WHEN 5 THEN '' ELSE key END AS key, part, {_SUMS} FROM (
        SELECT scope_id, measure, key, part, {_LISTED} FROM dashboard_counts
        UNION ALL SELECT scope_id, measure, key, part, {_LISTED} FROM dashboard_changes
    ) AS cells
    WHERE measure NOT IN (6, 7) GROUP BY 1, 2, 3, 4
"""  # noqa: S608 - constants only
_NOTHING = " AND ".join(f"coalesce(kept.{name}, 0) = coalesce(counted.{name}, 0)" for name in SEVERITIES)
_COMPARE = text(
    f"SELECT scope_id, measure, key, part, "  # noqa: S608 - constants only
    f"{', '.join(f'coalesce(kept.{name}, 0) AS kept_{name}' for name in SEVERITIES)}, "
    f"{', '.join(f'coalesce(counted.{name}, 0) AS counted_{name}' for name in SEVERITIES)} "
    f"FROM ({_KEPT}) AS kept FULL JOIN ({_RECOUNT}) AS counted USING (scope_id, measure, key, part) "
    f"WHERE NOT ({_NOTHING}) ORDER BY 2, 1, 3, 4"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A counter that isn't what a recount comes to.

    Attributes:
        scope: The organization or the target.
        measure: What is counted.
        key: Of which asset, tool or day.
        part: Of which state and stage, or length.
        kept: What the counter says, by severity.
        counted: What there is.
    """

    scope: UUID
    measure: Measure
    key: str
    part: int
    kept: Counts
    counted: Counts


async def differences(unit: Unit) -> list[Difference]:
    """Returns the counters of the organization that are wrong; none where all is well. Reads all of its findings."""
    return [_difference(row) for row in await unit.execute(_COMPARE)]


def _difference(row: Row[Any]) -> Difference:
    kept, counted = (tuple(getattr(row, f"{side}_{name}") for name in SEVERITIES) for side in ("kept", "counted"))
    return Difference(row.scope_id, Measure(row.measure), row.key, int(row.part), kept, counted)
