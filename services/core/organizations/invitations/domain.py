"""What an invitation is, and when it can be accepted."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from services.mesh.errors import Failure, Reason

LIFETIME = timedelta(days=7)
_PREFIX = "xorb_it_"
_TOKEN_BYTES = 32


class State(Enum):
    """What became of an invitation; the value is the contract's."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An offer to become a member.

    Attributes:
        email: The address that is invited, normalized.
        digest: The SHA-256 of the token, which itself is kept nowhere.
        inviter: The subject who invited.
    """

    id: UUID
    email: str
    roles: tuple[str, ...]
    digest: bytes
    inviter: str
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None
    revoked_at: datetime | None = None

    def state(self, now: datetime) -> State:
        """Returns what became of it by now."""
        if self.accepted_at:
            return State.ACCEPTED
        if self.revoked_at:
            return State.REVOKED
        return State.EXPIRED if self.expires_at <= now else State.OPEN


def invite(identifier: UUID, email: str, roles: tuple[str, ...], inviter: str, now: datetime) -> tuple[Invitation, str]:
    """Returns an invitation and its token: 256 random bits behind a prefix by which leaks are found."""
    token = _PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
    return Invitation(identifier, normalized(email), roles, digest(token), inviter, now, now + LIFETIME), token


def accept(invitation: Invitation | None, token: str, email: str, now: datetime) -> Invitation:
    """Returns the accepted invitation.

    Args:
        invitation: The invitation; None for none.
        token: What the caller shows.
        email: The caller's address.
        now: The time.

    Raises:
        Failure: INVALID_INVITATION; what is wrong isn't said, so that nobody learns of invitations by trying.
    """
    if (
        invitation is None
        or not hmac.compare_digest(invitation.digest, digest(token))
        or invitation.email != normalized(email)
        or invitation.state(now) is not State.OPEN
    ):
        raise Failure(Reason.INVALID_INVITATION)
    return replace(invitation, accepted_at=now)


def revoke(invitation: Invitation, now: datetime) -> Invitation:
    """Returns the invitation, taken back.

    Raises:
        Failure: ILLEGAL_TRANSITION; it isn't open.
    """
    if invitation.state(now) is not State.OPEN:
        raise Failure(Reason.ILLEGAL_TRANSITION, f"The invitation is {invitation.state(now).value.lower()}.")
    return replace(invitation, revoked_at=now)


def digest(token: str) -> bytes:
    """Returns what is stored of a token; it has entropy enough to need no salt."""
    return hashlib.sha256(token.encode()).digest()


def normalized(email: str) -> str:
    """Returns an address as addresses are compared: without space around it, in lower case."""
    return email.strip().lower()
