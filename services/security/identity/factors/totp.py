"""One-time codes by the clock (RFC 6238), as authenticator apps make them: SHA-1, six digits, thirty seconds."""

import hmac
from datetime import datetime

import pyotp

ISSUER = "XORB"
STEP_SECONDS = 30
_SKEW = (-1, 0, 1)


def new_secret() -> str:
    """Returns a new secret of 160 bits, in base32."""
    return pyotp.random_base32()


def uri(secret: str, email: str) -> str:
    """Returns what a QR code tells an authenticator app, as an `otpauth` address."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """Returns the time step that a code is of; None for a wrong code, or one of a step that was used or passed over.

    Args:
        secret: The secret, in base32.
        code: What was typed.
        now: The time; the code of one step before and after is taken, as clocks differ.
        last_step: The step of the last code that was used.
    """
    typed = "".join(code.split()).encode()
    current = int(now.timestamp()) // STEP_SECONDS
    codes = pyotp.HOTP(secret)
    # All are compared, so that the time it takes tells nothing.
    equal = {current + skew: hmac.compare_digest(codes.at(current + skew).encode(), typed) for skew in _SKEW}
    return max((step for step, same in equal.items() if same and step > last_step), default=None)
