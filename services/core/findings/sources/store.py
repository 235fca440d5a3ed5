"""What an import sees, compared with what its source has seen before."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from services.core.findings.domain import State
from services.mesh.database import Unit

_UNRESOLVED = [state.value for state in (State.OPEN, State.TRIAGED, State.IN_REMEDIATION, State.READY_FOR_RETEST)]
_NOW = "SELECT finding_id FROM sightings WHERE source = :source AND import_id = :import"
_BEFORE = "SELECT finding_id FROM sightings WHERE source = :source AND import_id <> :import"
_COMPARE = text(
    f"WITH here AS MATERIALIZED ({_NOW} GROUP BY 1), before AS MATERIALIZED ({_BEFORE} GROUP BY 1) SELECT "  # noqa: S608 - constants only
    "(SELECT count(*) FROM here WHERE finding_id NOT IN (SELECT finding_id FROM before)) AS new, "
    "(SELECT count(*) FROM here WHERE finding_id IN (SELECT finding_id FROM before)) AS seen_again, "
    "(SELECT count(*) FROM before JOIN findings ON id = finding_id "
    "WHERE state = ANY(CAST(:states AS smallint[])) AND finding_id NOT IN (SELECT finding_id FROM here)) AS gone"
)
_GONE = text(
    f"SELECT DISTINCT findings.id FROM sightings JOIN findings ON findings.id = finding_id "  # noqa: S608 - constants only
    "AND latest_sighting_id = sightings.id "
    "WHERE source = :source AND sightings.import_id <> :import AND state = ANY(CAST(:states AS smallint[])) "
    f"AND finding_id NOT IN ({_NOW}) ORDER BY 1 LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class Compared:
    """How many findings a source sees for the first time, had seen before, and doesn't see any more."""

    new: int
    seen_again: int
    gone: int


async def compare(unit: Unit, source: bytes, imported: UUID) -> Compared:
    """Returns what changed since the source was last seen.

    Args:
        unit: The transaction.
        source: What the import is one of (`sightings.source_of`).
        imported: The import.
    """
    values = {"source": source, "import": imported, "states": _UNRESOLVED}
    row = (await unit.execute(_COMPARE, values)).one()
    return Compared(row.new, row.seen_again, row.gone)


async def gone(unit: Unit, source: bytes, imported: UUID, most: int) -> Sequence[UUID]:
    """Returns findings to resolve: its source saw them last, and this import of it hasn't.

    What another source has seen since is still there, whatever this one says.
    """
    values = {"source": source, "import": imported, "states": _UNRESOLVED, "most": most}
    return (await unit.execute(_GONE, values)).scalars().all()
