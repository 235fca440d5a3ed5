"""A stream on a leash: pulled while its handler waits, while its reader reads, and when it has ended anyway."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from services.mesh.errors import Failure, Reason
from services.mesh.interceptors.leash import Leash

REVOKED = Failure(Reason.SESSION_REVOKED)


class Handler:
    """Says some records, then waits for ever, and notes how it ended."""

    def __init__(self, records: int, *, stubborn: bool = False) -> None:
        self.records = records
        self.stubborn = stubborn
        self.waiting = asyncio.Event()
        self.ended = False

    async def responses(self) -> AsyncIterator[Message]:
        try:
            for _ in range(self.records):
                yield Empty()
            self.waiting.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if not self.stubborn:
                    raise
            yield Empty()
        finally:
            self.ended = True


async def _read(leash: Leash, handler: Handler) -> int:
    count = 0
    async for _ in leash.hold(handler.responses()):
        count += 1
    return count


@pytest.mark.parametrize("stubborn", [False, True])
async def test_it_ends_while_the_handler_waits(*, stubborn: bool) -> None:
    leash, handler = Leash(), Handler(2, stubborn=stubborn)
    reading = asyncio.create_task(_read(leash, handler))
    await handler.waiting.wait()
    leash.pull(REVOKED)
    leash.pull(Failure(Reason.PERMISSION_DENIED))
    with pytest.raises(Failure) as caught:
        await asyncio.wait_for(reading, 5)
    assert caught.value.reason is Reason.SESSION_REVOKED
    assert not reading.cancelled()
    assert handler.ended


async def test_it_ends_after_the_record_that_is_being_read() -> None:
    leash, handler = Leash(), Handler(5)
    held = leash.hold(handler.responses())
    await anext(held)
    leash.pull(REVOKED)
    with pytest.raises(Failure):
        await anext(held)
    assert handler.ended
    await asyncio.sleep(0)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_it_never_begins() -> None:
    leash = Leash()
    leash.pull(REVOKED)
    with pytest.raises(Failure):
        await anext(leash.hold(Handler(1).responses()))


async def test_a_callers_own_leaving_is_no_failure() -> None:
    leash, handler = Leash(), Handler(0)
    reading = asyncio.create_task(_read(leash, handler))
    await handler.waiting.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert handler.ended


async def test_leaving_wins_over_being_ended() -> None:
    leash, handler = Leash(), Handler(0)
    reading = asyncio.create_task(_read(leash, handler))
    await handler.waiting.wait()
    leash.pull(REVOKED)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


async def test_unpulled_it_lets_all_pass() -> None:
    async def three() -> AsyncIterator[Message]:
        for _ in range(3):
            yield Empty()

    assert [record async for record in Leash().hold(three())] == [Empty()] * 3
