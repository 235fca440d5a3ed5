"""Hashing passwords: bounded, whatever callers do."""

import asyncio
import contextlib
import threading

from services.security.identity import passwords


def hashing() -> int:
    """How many threads there are that hash."""
    return sum(thread.name.startswith("argon2") for thread in threading.enumerate())


async def test_a_password_is_recognized() -> None:
    stored = await passwords.hash_password("correct horse battery staple")
    assert await passwords.verify("correct horse battery staple", stored)
    assert not await passwords.verify("correct horse battery", stored)
    assert not await passwords.verify("correct horse battery staple", None)
    assert not await passwords.verify("correct horse battery staple", "not a hash")


async def test_cancelled_calls_make_no_room_for_more_hashes_at_once() -> None:
    others = threading.active_count() - hashing()
    for _ in range(8):
        task = asyncio.create_task(passwords.hash_password("correct horse battery staple"))
        await asyncio.sleep(0.005)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    assert hashing() == 2
    assert threading.active_count() - hashing() == others
