"""Authenticator apps and recovery codes, and how often somebody may guess."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from services.security.identity import typed_codes

RECOVERY_CODES = 10
_FREE_FAILURES = 5
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Totp:
    """An account's authenticator app.

    Attributes:
        secret: What it shares with us, encrypted.
        confirmed_at: When it first showed a right code; before that it counts for nothing.
        last_step: The time step of the last code that was used; older ones aren't taken any more.
        failures: How many wrong codes there were in a row.
        failed_at: When the last of them was.
    """

    account: UUID
    secret: str = field(repr=False)
    created_at: datetime
    confirmed_at: datetime | None = None
    last_step: int = 0
    failures: int = 0
    failed_at: datetime | None = None

    def wait(self, now: datetime) -> timedelta:
        """Returns how long until the next code is looked at: nothing at first, then ever longer, to 15 minutes.

        Who guesses on gets 96 attempts a day; who knows the account's password but no code reaches nothing by that,
        and its owner still has recovery codes and passkeys, which nobody can guess.
        """
        beyond = self.failures - _FREE_FAILURES
        if self.failed_at is None or beyond < 0:
            return timedelta(0)
        pause = min(_FIRST_WAIT * (1 << min(beyond, 10)), _LONGEST_WAIT)
        return max(self.failed_at + pause - now, timedelta(0))


def new_recovery_codes() -> list[str]:
    """Returns ten codes."""
    return [typed_codes.new() for _ in range(RECOVERY_CODES)]


def recovery_digest(code: str) -> bytes:
    """Returns what is stored of a recovery code, however it is typed."""
    return typed_codes.digest(code)
