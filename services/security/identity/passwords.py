"""Password hashes: Argon2id (RFC 9106), its memory-constrained parameters."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
# One hash takes 64 MiB and tens of milliseconds of a core; more at once would starve everything else. Threads of their
# own, because a call that is cancelled can't stop its thread: a semaphore would let the next one in beside it.
_THREADS = ThreadPoolExecutor(2, thread_name_prefix="argon2")

T = TypeVar("T")


async def hash_password(password: str) -> str:
    """Returns the hash of a password, in the PHC string format."""
    return await _in_thread(partial(_HASHER.hash, password))


async def verify(password: str, stored: str | None) -> bool:
    """Returns whether a password is the one that was hashed.

    Without a hash it takes as long and says no: nobody learns from the time which accounts exist.
    """
    if stored is None:
        await hash_password(password)
        return False
    return await _in_thread(partial(_verify, password, stored))


def outdated(stored: str) -> bool:
    """Returns whether a hash was made with other parameters than today's, so that the password is to be hashed anew."""
    return _HASHER.check_needs_rehash(stored)


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work)


def _verify(password: str, stored: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
