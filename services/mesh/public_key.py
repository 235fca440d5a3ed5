"""What the world may know of a signing key."""

from dataclasses import dataclass
from datetime import UTC, datetime

_LONG_AGO = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One version of a transit key: its number, its Ed25519 public key of 32 bytes, and when Vault made it."""

    version: int
    key: bytes
    created_at: datetime = _LONG_AGO
