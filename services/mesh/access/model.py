"""What is asked about a caller on every call, and how a change of it is told."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.mesh.calls import Caller

WHILE_SUSPENDED = frozenset({"organizations.read", "organizations.resume", "organizations.delete"})
"""The permissions that are left, to those who have them, while their organization is suspended."""

WHILE_DELETED = frozenset({"organizations.read", "organizations.undelete"})
"""The permissions that are left while it waits to be removed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account may do now, in the organization of its token.

    Attributes:
        session_lives: Whether the session goes on.
        member: Whether the account is a member who isn't suspended.
        organization_suspended: Whether the organization is.
        second_factor_missing: Whether the organization takes such an account only from a session that was opened with
            a second factor, as this one wasn't; here it is no member, then.
        roles: The member's roles: built-in ones such as `analyst`, and resource names of others.
        permissions: What these roles grant; not more than `WHILE_SUSPENDED` in a suspended organization, nor than
            `WHILE_DELETED` in a deleted one.
        organization_deleted: Whether the organization waits to be removed.
        organization_gone: Whether it is being removed, or is: it is found no more.
    """

    session_lives: bool = False
    member: bool = False
    organization_suspended: bool = False
    roles: tuple[str, ...] = ()
    permissions: frozenset[str] = frozenset()
    second_factor_missing: bool = False
    organization_deleted: bool = False
    organization_gone: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What may no longer be as it was: the standing of every caller who fits; None and an empty text fit all.

    Attributes:
        organization: The organization.
        account: The account.
        session: The session's identifier.
    """

    organization: UUID | None = None
    account: UUID | None = None
    session: str = ""

    def concerns(self, caller: Caller) -> bool:
        """Returns whether the caller's standing may have changed."""
        return (
            (self.organization is None or self.organization == caller.organization)
            and (self.account is None or self.account == caller.account)
            and (not self.session or self.session == caller.session)
        )


Told = Callable[[Standing | None], None]
"""Takes a caller's standing when it may have changed; None where nobody could say for too long."""


class Announcer(Protocol):
    """Makes changes of access known."""

    async def announce(self, change: Change) -> None:
        """Makes a change act on the next call, in every process; to be called after the commit."""


class Access(Protocol):
    """Who may do what, now."""

    async def standing(self, caller: Caller) -> Standing:
        """Returns what an account may do now.

        Raises:
            Failure: UNAVAILABLE; it can't be found out, so nothing is allowed.
        """

    def following(self, caller: Caller, told: Told) -> AbstractContextManager[None]:
        """Tells of the caller's standing whenever it may have changed, as long as the context lasts."""
