"""Identifiers: UUIDv7 (RFC 9562), ordered by the time of their making."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new() -> UUID:
    """Returns a fresh UUIDv7."""
    return uuid7()
