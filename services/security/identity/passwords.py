"""Password hashes: Argon2id (RFC 9106), its memory-constrained parameters."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
# One hash takes 64 MiB and tens of milliseconds of a core; more at once would starve everything else.
_AT_ONCE = asyncio.Semaphore(2)


async def hash_password(password: str) -> str:
    """Returns the hash of a password, in the PHC string format."""
    async with _AT_ONCE:
        return await asyncio.to_thread(_HASHER.hash, password)


async def verify(password: str, stored: str | None) -> bool:
    """Returns whether a password is the one that was hashed.

    Without a hash it takes as long and says no: nobody learns from the time which accounts exist.
    """
    if stored is None:
        await hash_password(password)
        return False
    async with _AT_ONCE:
        return await asyncio.to_thread(_verify, password, stored)


def _verify(password: str, stored: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
