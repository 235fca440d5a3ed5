"""Accounts and sessions, and the rules by which a session goes on or ends."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from services.mesh.errors import Failure, Reason

SINGLE_SIGN_ON = "sso"
"""Among the methods of a session: an organization's identity provider vouched for the account."""

REFRESH_PREFIX = "xorb_rt_"
SESSION_LIFETIME = timedelta(days=30)
SESSION_IDLE = timedelta(days=7)
"""How long a session goes on without being refreshed."""

RECENT = timedelta(minutes=15)
"""How long after a sign-in its session may end the account's others."""

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Account:
    """A person who can sign in.

    Attributes:
        password_hash: Empty for an account without a password.
        managed_by: The organization whose identity provider alone vouches for the account; None for a person's own.
    """

    id: UUID
    email: str
    display_name: str
    password_hash: str
    created_at: datetime
    managed_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """What began with a sign-in; its refresh tokens are one family.

    Attributes:
        organization: The organization that access tokens are for; None for an account that belongs to none.
        created_at: When the account proved who it is.
        expires_at: When the session ends, however often it is refreshed.
        ended_at: When it was ended before that.
        methods: How the account proved who it is: `amr` values of RFC 8176.
    """

    id: UUID
    account: UUID
    organization: UUID | None
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    methods: tuple[str, ...] = ()

    @property
    def confined(self) -> bool:
        """Whether an organization's provider vouched for the account: the session is good in that one only."""
        return SINGLE_SIGN_ON in self.methods


@dataclass(frozen=True, slots=True)
class Membership:
    """The organization to work in, and the roles there; no organization and no roles for an account without any."""

    organization: UUID | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """What a sign-in or refresh gives: tokens, and whose and for where they are."""

    access_token: str = field(repr=False)
    expires_at: datetime
    refresh_token: str = field(repr=False)
    account: Account
    membership: Membership


class FactorKind(Enum):
    """What there is besides a password."""

    TOTP = auto()
    RECOVERY_CODE = auto()
    PASSKEY = auto()


@dataclass(frozen=True, slots=True)
class Demand:
    """What a sign-in asks for after the password.

    Attributes:
        challenge: The token that the answer comes with.
        kinds: What the account has.
        passkey_options: What a browser is asked for, as JSON; empty without a passkey.
    """

    challenge: str = field(repr=False)
    expires_at: datetime
    kinds: tuple[FactorKind, ...]
    passkey_options: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A second factor as it was given: the code, or what a passkey signed."""

    kind: FactorKind
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a signed-in account proves anew; at most one of both."""

    password: str = field(default="", repr=False)
    totp_code: str = field(default="", repr=False)


class RefreshOutcome(Enum):
    """What presenting a refresh token leads to."""

    CONTINUE = auto()
    REFUSE = auto()
    # Two bearers have the same token, and one of them stole it: nobody goes on.
    REVOKE_FAMILY = auto()


def begin(
    session_id: UUID, account: Account, organization: UUID | None, methods: Sequence[str], now: datetime
) -> Session:
    """Returns the session of a sign-in."""
    return Session(session_id, account.id, organization, now, now + SESSION_LIFETIME, methods=tuple(methods))


def outcome(session: Session, issued_at: datetime, used_at: datetime | None, now: datetime) -> RefreshOutcome:
    """Returns what a refresh token leads to.

    Args:
        session: The token's session.
        issued_at: When the token was made.
        used_at: When the token was used before; None for a fresh one.
        now: The time.
    """
    if session.ended_at or session.expires_at <= now:
        return RefreshOutcome.REFUSE
    if used_at:
        return RefreshOutcome.REVOKE_FAMILY
    return RefreshOutcome.REFUSE if now - issued_at >= SESSION_IDLE else RefreshOutcome.CONTINUE


def require_recent(began_at: datetime, now: datetime) -> None:
    """Checks that a session's account proved a short while ago who it is: a stolen one must not end its owner's.

    Raises:
        Failure: REAUTHENTICATION_REQUIRED.
    """
    if now - began_at >= RECENT:
        minutes = RECENT // timedelta(minutes=1)
        text = f"Sign in again to end another session: this one began more than {minutes} minutes ago."
        raise Failure(Reason.REAUTHENTICATION_REQUIRED, text)


def new_refresh_token() -> str:
    """Returns a fresh token: 256 random bits behind a prefix by which leaks are found."""
    return REFRESH_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)


def digest(token: str) -> bytes:
    """Returns what is stored of a refresh token, its SHA-256: a token has entropy enough to need no salt."""
    return hashlib.sha256(token.encode()).digest()


def normalize_email(email: str) -> str:
    """Returns an address as it is compared and stored: without spaces around it, in lower case."""
    return email.strip().lower()
