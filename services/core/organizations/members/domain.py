"""What a member is, and what may become of one."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.core.organizations.domain import OWNER
from services.mesh.errors import Failure, Reason

ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Member:
    """An account in an organization.

    Attributes:
        roles: Built-in ones such as `analyst`, and resource names of the organization's own; in order.
        suspended_at: Since when the member may do nothing; None for one who may do what the roles grant.
        revision: How often the membership was changed, from 1.
    """

    account: UUID
    roles: tuple[str, ...]
    joined_at: datetime
    updated_at: datetime
    suspended_at: datetime | None = None
    revision: int = 1

    @property
    def owns(self) -> bool:
        """Whether the member is an owner who can act as one."""
        return OWNER in self.roles and self.suspended_at is None


def join(account: UUID, roles: tuple[str, ...], now: datetime) -> Member:
    """Returns a new member."""
    return Member(account, roles, now, now)


def assign(member: Member, roles: tuple[str, ...], now: datetime) -> Member:
    """Returns the member with other roles."""
    return _changed(replace(member, roles=roles), now)


def suspend(member: Member, now: datetime) -> Member:
    """Returns the member, who may do nothing any more.

    Raises:
        Failure: ILLEGAL_TRANSITION; that is so already.
    """
    if member.suspended_at:
        raise Failure(Reason.ILLEGAL_TRANSITION, "The member is suspended already.")
    return _changed(replace(member, suspended_at=now), now)


def resume(member: Member, now: datetime) -> Member:
    """Returns the member, who may do what the roles grant again.

    Raises:
        Failure: ILLEGAL_TRANSITION; that is so already.
    """
    if not member.suspended_at:
        raise Failure(Reason.ILLEGAL_TRANSITION, "The member isn't suspended.")
    return _changed(replace(member, suspended_at=None), now)


def hand_over(owner: Member, successor: Member, now: datetime) -> tuple[Member, Member]:
    """Returns who was the owner, now an administrator, and the new owner.

    Raises:
        Failure: ILLEGAL_TRANSITION; there is nothing to hand over, or nobody to take it.
    """
    if not owner.owns:
        raise Failure(Reason.ILLEGAL_TRANSITION, "Only an owner can hand the organization over.")
    if successor.account == owner.account or successor.suspended_at:
        raise Failure(Reason.ILLEGAL_TRANSITION, "The new owner has to be another member who isn't suspended.")
    kept = {*owner.roles, ADMINISTRATOR} - {OWNER}
    return (
        assign(owner, tuple(sorted(kept)), now),
        assign(successor, tuple(sorted({*successor.roles, OWNER})), now),
    )


def require_owner(before: Member, after: Member | None, *, another: bool) -> None:
    """Checks that an organization keeps an owner.

    Args:
        before: The member before a change.
        after: The member after it; None for one who goes.
        another: Whether there is another owner.

    Raises:
        Failure: LAST_OWNER; there isn't, and this one would be none any more.
    """
    if before.owns and not (after and after.owns) and not another:
        raise Failure(Reason.LAST_OWNER)


def _changed(member: Member, now: datetime) -> Member:
    return replace(member, updated_at=now, revision=member.revision + 1)
