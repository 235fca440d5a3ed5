"""Challenges, and how long and how often they may be answered."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

LIFETIME = timedelta(minutes=5)
ATTEMPTS = 5
_PREFIX = "xorb_ch_"
_BYTES = 32


class Purpose(StrEnum):
    """What a challenge is good for, and nothing else."""

    SECOND_FACTOR = "second factor"
    PASSKEY_REGISTRATION = "passkey registration"
    PASSKEY_SIGN_IN = "passkey sign-in"
    PASSWORD_RESET = "password reset"  # noqa: S105 - no password


@dataclass(frozen=True, slots=True)
class Challenge:
    """Something that has begun and awaits an answer.

    Attributes:
        digest: The SHA-256 of the token that its holder shows.
        account: Who may answer; None where that is what the answer tells.
        organization: The name of the organization to work in afterwards; may be empty.
        nonce: What a passkey signs, 32 random bytes.
        failures: How many wrong answers there were.
        used_at: When it was answered rightly, or given up.
    """

    digest: bytes
    purpose: Purpose
    account: UUID | None
    organization: str
    nonce: bytes = field(repr=False)
    expires_at: datetime
    failures: int = 0
    used_at: datetime | None = None

    def awaits(self, purpose: Purpose, now: datetime) -> bool:
        """Returns whether an answer for this purpose is still taken."""
        alive = self.used_at is None and now < self.expires_at
        return alive and self.failures < ATTEMPTS and self.purpose is purpose


def begin(
    purpose: Purpose, now: datetime, account: UUID | None = None, organization: str = ""
) -> tuple[str, Challenge]:
    """Returns a challenge, and the token that its holder shows."""
    token = _PREFIX + secrets.token_urlsafe(_BYTES)
    nonce = secrets.token_bytes(_BYTES)
    return token, Challenge(digest(token), purpose, account, organization, nonce, now + LIFETIME)


def digest(token: str) -> bytes:
    """Returns what is stored of a token: its SHA-256, as it has entropy enough to need no salt."""
    return hashlib.sha256(token.encode()).digest()
