"""Verifies webhooks of XORB with nothing but the standard library (Standard Webhooks 1.0)."""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterable, Mapping

TOLERANCE_SECONDS = 300


def is_genuine(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, now: float | None = None) -> bool:
    """Returns whether a request is from who has one of the secrets, and not older than five minutes.

    Args:
        secrets: `whsec_…`, the newest first; two while a secret is being rotated.
        headers: The request's, by their names in lower case.
        body: The request's, byte for byte as it came.
        now: Seconds since 1970; the clock's where it isn't given.
    """
    identifier, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdecimal()):
        return False
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = f"{identifier}.{timestamp}.".encode() + body
    given = [one.removeprefix("v1,") for one in headers.get("webhook-signature", "").split() if one.startswith("v1,")]
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        if any(hmac.compare_digest(expected, one) for one in given):
            return True
    return False
