"""What an engagement asks of the reports of its tests."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from services.core.imports.domain import Import
from services.mesh.database import Unit
from services.mesh.errors import Failure, Reason, not_found


class Leave(Protocol):
    """What an engagement says of its tests."""

    @property
    def targets(self) -> Sequence[UUID]:
        """What may be tested."""

    def require_begun(self) -> None:
        """Raises ENGAGEMENT_NOT_UNDER_WAY where there are no tests yet, or no more."""


class Leaves(Protocol):
    """Knows engagements."""

    async def __call__(self, unit: Unit, engagement: UUID, *, keep: bool = False) -> Leave | None:
        """Returns an engagement's leave; with `keep`, it stays as it is until the transaction ends."""


async def require(unit: Unit, leaves: Leaves, value: Import) -> None:
    """Checks that an import may be one of its engagement, if it names one.

    Raises:
        Failure: NOT_FOUND, ENGAGEMENT_NOT_UNDER_WAY; OUTSIDE_SCOPE, all of it is of a target that isn't in the scope.
    """
    if value.engagement is None:
        return
    leave = await leaves(unit, value.engagement, keep=True)
    if leave is None:
        raise not_found(f"organizations/{unit.organization}/engagements/{value.engagement}")
    leave.require_begun()
    if value.target and value.target not in leave.targets:
        raise Failure(Reason.OUTSIDE_SCOPE)
