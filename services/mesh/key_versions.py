"""Which version of a signing key signs now, and which verify: what a rotation does, and when.

A new version is published at once and signs only after a while (`lead`), when everybody who verifies has it. The
version before verifies for as long as a token that it signed can be valid. Everybody computes this from the times at
which Vault made the versions, so nobody has to be told.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.mesh.public_key import PublicKey

LONGEST_TOKEN = timedelta(minutes=10)
"""How long a token can be valid."""

_SKEW = timedelta(minutes=1)


def signing(keys: Sequence[PublicKey], now: datetime, lead: timedelta) -> PublicKey:
    """Returns the version that signs.

    Args:
        keys: All versions, the newest first; at least one.
        now: The time.
        lead: How long a version is published before it signs. The first one need not wait: nobody has another.
    """
    return next((key for key in keys if key.created_at + lead <= now), keys[-1])


def published(keys: Sequence[PublicKey], now: datetime, lead: timedelta) -> list[PublicKey]:
    """Returns the versions that verify, the one that signs first, then newer ones, then older ones.

    Older are the one before, whatever its age, and those whose successor began to sign so lately that tokens of theirs
    may still be valid.
    """
    current = signing(keys, now, lead)
    newer = [key for key in keys if key.version > current.version]
    older = [key for key in keys if key.version < current.version]
    recent = [
        key
        for key, successor in zip(older, [current, *older], strict=False)
        if successor is current or successor.created_at + lead + LONGEST_TOKEN + _SKEW > now
    ]
    return [current, *newer, *recent]
