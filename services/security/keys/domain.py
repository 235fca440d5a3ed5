"""What service accounts and API keys are, and what a key may grant."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from services.mesh.errors import Failure, Reason, invalid_field

LIFETIME = timedelta(days=90)
LONGEST_LIFETIME = timedelta(days=366)
USE_INTERVAL = timedelta(minutes=1)
"""How long a use isn't written down after one that was."""

PEOPLE_ONLY = frozenset({"api_keys.manage", "connections.manage", "organizations.transfer"})
"""What no key grants: one that could make others would outlive its own end, one that could say who members are, and by
how many factors, would be any of them, and ownership passes between people."""


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A program that works in an organization; `creator` is a subject."""

    id: UUID
    display_name: str
    description: str
    creator: str
    created_at: datetime


class State(Enum):
    """What became of a key; the value is the contract's."""

    ACTIVE = "ACTIVE"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What a service account shows instead of a password.

    Attributes:
        permissions: What it grants, in order.
        creator: The subject who made it.
        used_at: When it was last used, to the minute; None for never.
    """

    id: UUID
    service_account: UUID
    display_name: str
    permissions: tuple[str, ...]
    creator: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    def state(self, now: datetime) -> State:
        """Returns what became of it by now."""
        if self.revoked_at:
            return State.REVOKED
        return State.EXPIRED if self.expires_at <= now else State.ACTIVE

    def use_is_news(self, now: datetime) -> bool:
        """Returns whether a use now is to be written down."""
        return self.used_at is None or now - self.used_at >= USE_INTERVAL


def granted(wanted: Iterable[str], held: frozenset[str], known: frozenset[str]) -> tuple[str, ...]:
    """Returns the permissions of a new key, each once, in order.

    Args:
        wanted: What it is to grant.
        held: What its creator may do.
        known: The permission catalogue.

    Raises:
        Failure: INVALID_FIELD; there is no such permission, or no key grants it. PERMISSION_DENIED; its creator
            doesn't have it.
    """
    permissions = tuple(sorted(set(wanted)))
    for permission in permissions:
        if permission not in known:
            raise invalid_field("api_key.permissions", f"there is no permission {permission[:100]!r}")
        if permission in PEOPLE_ONLY:
            raise invalid_field("api_key.permissions", f"no key grants {permission}")
        if permission not in held:
            raise Failure(Reason.PERMISSION_DENIED, f"The key would grant {permission}, which you don't have.")
    return permissions


def end_of(wanted: datetime | None, now: datetime) -> datetime:
    """Returns when a new key's time is over.

    Raises:
        Failure: INVALID_FIELD; it is over already, or in more than a year.
    """
    if wanted is None:
        return now + LIFETIME
    if not now < wanted <= now + LONGEST_LIFETIME:
        raise invalid_field("api_key.expire_time", "it must be in the future, and within a year")
    return wanted


def revoke(key: ApiKey, now: datetime) -> ApiKey:
    """Returns the key, ended.

    Raises:
        Failure: ILLEGAL_TRANSITION; it isn't active.
    """
    if key.state(now) is not State.ACTIVE:
        raise Failure(Reason.ILLEGAL_TRANSITION, f"The key is {key.state(now).value.lower()}.")
    return replace(key, revoked_at=now)
