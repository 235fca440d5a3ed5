"""What scans are told of targets, where no request of theirs brings it along."""

from uuid import UUID

from services.core.scans.domain import ScanTarget
from services.core.targets import store as targets
from services.mesh.database import Unit


async def target(unit: Unit, identifier: UUID) -> ScanTarget | None:
    """Returns a verified target as scans keep it."""
    found = await targets.verified(unit, identifier)
    if found is None:
        return None
    kind = found.address.kind.value.removesuffix("_block")
    return ScanTarget(found.id, found.display_name, kind, found.address.text, found.excluded)
