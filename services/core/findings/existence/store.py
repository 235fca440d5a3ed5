"""Whether there are findings: asked by those who keep references to them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select

from services.core.findings.tables import FINDINGS
from services.mesh.database import Unit


async def missing(unit: Unit, wanted: Sequence[UUID]) -> list[UUID]:
    """Returns those of some identifiers that are no finding's."""
    if not wanted:
        return []
    named = FINDINGS.c.id == any_(literal(wanted, ARRAY(Uuid)))
    found = await unit.execute(select(FINDINGS.c.id).where(FINDINGS.c.organization_id == unit.organization, named))
    known = set(found.scalars())
    return [one for one in wanted if one not in known]
