"""What an engagement allows its scans, and asks of reports."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.core.engagements import store
from services.core.engagements.domain import UNDER_WAY, BudgetPolicy, Engagement
from services.mesh.database import Unit
from services.mesh.errors import Failure, Reason


@dataclass(frozen=True)
class Leave:
    """The leave that an engagement gives."""

    engagement: Engagement

    @property
    def targets(self) -> tuple[UUID, ...]:
        """What may be tested."""
        return self.engagement.terms.targets

    @property
    def excluded_hosts(self) -> tuple[str, ...]:
        """Names left alone with all below them."""
        return self.engagement.terms.excluded_hosts

    @property
    def excluded_paths(self) -> tuple[str, ...]:
        """Paths left alone with all below them."""
        return self.engagement.terms.excluded_paths

    @property
    def excluded_addresses(self) -> tuple[str, ...]:
        """Addresses and blocks left alone."""
        return self.engagement.terms.excluded_addresses

    @property
    def requests_per_second(self) -> int:
        """Connections a second to one target; 0 for what profiles say."""
        return self.engagement.terms.requests_per_second

    def require_under_way(self) -> None:
        """Checks that scans may run, whatever the time.

        Raises:
            Failure: ENGAGEMENT_STOPPED, ENGAGEMENT_NOT_UNDER_WAY.
        """
        if self.engagement.stop:
            raise Failure(Reason.ENGAGEMENT_STOPPED)
        self.require_begun()

    def require_begun(self) -> None:
        """Checks that there are tests, whether or not an emergency stop halts them.

        Raises:
            Failure: ENGAGEMENT_NOT_UNDER_WAY.
        """
        if self.engagement.state not in UNDER_WAY:
            raise Failure(Reason.ENGAGEMENT_NOT_UNDER_WAY, f"The engagement is {self.engagement.state.name}.")

    def require_budget(self) -> None:
        """Checks that new scans may be ordered as far as the budget goes.

        Raises:
            Failure: BUDGET_SPENT; what was agreed is used, and the engagement refuses new scans then.
        """
        if self.engagement.budget_spent and self.engagement.terms.budget_policy is BudgetPolicy.REFUSE:
            raise Failure(Reason.BUDGET_SPENT)

    def opens_at(self, moment: datetime) -> datetime | None:
        """Returns the first moment from this one on in a window; None where there is no more."""
        return self.engagement.terms.calendar.opens_at(moment)


async def leave(unit: Unit, engagement: UUID, *, keep: bool = False) -> Leave | None:
    """Returns an engagement's leave; with `keep`, it stays as it is until the transaction ends."""
    row = await store.get(unit, engagement, share=keep)
    return Leave(store.unsealed(row)) if row else None
