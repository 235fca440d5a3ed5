"""Passkeys."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

MOST = 20
"""How many an account may have."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a device made when it was registered, or says when it is used.

    Attributes:
        id: The device's own name of it, of up to 1023 bytes.
        public_key: In COSE's form (RFC 9052).
        sign_count: How often it was used; always 0 with devices that don't count.
        transports: How it is reached, such as `internal` or `usb`.
        synced: Whether it is kept in a store that several devices share.
    """

    id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    synced: bool


@dataclass(frozen=True, slots=True)
class Passkey:
    """A credential that belongs to an account."""

    id: UUID
    account: UUID
    credential: Credential = field(repr=False)
    display_name: str
    created_at: datetime
    used_at: datetime | None = None


def counts_on(before: int, after: int) -> bool:
    """Returns whether a count of uses goes on; where it doesn't, there are two of what there should be one of.

    WebAuthn Level 3, section 6.1.1; devices that don't count say 0.
    """
    return after > before or after == before == 0
