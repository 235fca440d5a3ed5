"""What an organization and a membership are."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.mesh.errors import Failure, Reason, invalid_field

OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Organization:
    """A tenant.

    Attributes:
        revision: How often it was changed, from 1.
        suspended_at: None while it isn't suspended.
        second_factor_required: Whether only sessions that were opened with a second factor can.
        deleted_at: None while it is to stay.
        purge_at: When it is gone for good, where it isn't to stay.
    """

    id: UUID
    display_name: str
    created_at: datetime
    updated_at: datetime
    revision: int = 1
    suspended_at: datetime | None = None
    second_factor_required: bool = False
    deleted_at: datetime | None = None
    purge_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether people can work in it."""
        return self.suspended_at is None and self.deleted_at is None


@dataclass(frozen=True, slots=True)
class Membership:
    """An account's place in an organization."""

    organization: UUID
    account: UUID
    roles: tuple[str, ...]
    joined_at: datetime


def found(organization: UUID, display_name: str, founder: UUID, now: datetime) -> tuple[Organization, Membership]:
    """Returns a new organization and its founder's membership, as its owner."""
    return (
        Organization(organization, display_name.strip(), now, now),
        Membership(organization, founder, (OWNER,), now),
    )


def rename(organization: Organization, display_name: str, now: datetime) -> Organization:
    """Returns the organization with another display name.

    Raises:
        Failure: INVALID_FIELD; the name is empty.
    """
    if not display_name.strip():
        raise invalid_field("organization.display_name", "an organization needs a name")
    return replace(organization, display_name=display_name.strip(), updated_at=now, revision=organization.revision + 1)


def demand_second_factor(organization: Organization, now: datetime, *, required: bool, strong: bool) -> Organization:
    """Returns the organization, in which sessions without a second factor are good for nothing, or for work again.

    Args:
        organization: The organization.
        now: The time.
        required: Whether a second factor is required from now on.
        strong: Whether who decides that signed in with one: nobody locks themselves out, and what a stolen password
            could take back would protect nobody.

    Raises:
        Failure: SECOND_FACTOR_REQUIRED; who decides has none.
    """
    if required == organization.second_factor_required:
        return organization
    if not strong:
        raise Failure(
            Reason.SECOND_FACTOR_REQUIRED,
            "Only who signed in with a second factor decides whether the organization requires one. Add an "
            "authenticator app or a passkey to your account, then sign in again.",
        )
    return replace(organization, second_factor_required=required, updated_at=now, revision=organization.revision + 1)


def suspend(organization: Organization, now: datetime) -> Organization:
    """Returns the organization, in which nobody can work any more.

    Raises:
        Failure: ILLEGAL_TRANSITION; it is suspended already.
    """
    if organization.suspended_at:
        raise Failure(Reason.ILLEGAL_TRANSITION, "The organization is suspended already.")
    return replace(organization, suspended_at=now, updated_at=now, revision=organization.revision + 1)


def resume(organization: Organization, now: datetime) -> Organization:
    """Returns the organization, in which people can work again.

    Raises:
        Failure: ILLEGAL_TRANSITION; it isn't suspended.
    """
    if not organization.suspended_at:
        raise Failure(Reason.ILLEGAL_TRANSITION, "The organization isn't suspended.")
    return replace(organization, suspended_at=None, updated_at=now, revision=organization.revision + 1)


def delete(organization: Organization, now: datetime, grace: timedelta) -> Organization:
    """Returns the organization, which is gone after a time of grace.

    Raises:
        Failure: ILLEGAL_TRANSITION; it is deleted already.
    """
    if organization.deleted_at:
        raise Failure(Reason.ILLEGAL_TRANSITION, "The organization is deleted already.")
    changed = replace(organization, updated_at=now, revision=organization.revision + 1)
    return replace(changed, deleted_at=now, purge_at=now + grace)


def undelete(organization: Organization, now: datetime) -> Organization:
    """Returns the organization, which stays.

    Raises:
        Failure: ILLEGAL_TRANSITION; it wasn't to go.
    """
    if not organization.deleted_at:
        raise Failure(Reason.ILLEGAL_TRANSITION, "The organization isn't deleted.")
    changed = replace(organization, updated_at=now, revision=organization.revision + 1)
    return replace(changed, deleted_at=None, purge_at=None)


def require_account(account: UUID | None) -> UUID:
    """Returns the account that calls.

    Raises:
        Failure: UNAUTHENTICATED; no account does.
    """
    if account is None:
        raise Failure(Reason.UNAUTHENTICATED)
    return account
