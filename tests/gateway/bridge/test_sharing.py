"""Shared streams, without sockets and without gRPC."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from gateway.bridge import problems
from gateway.bridge.frames import Frame
from gateway.bridge.problems import Problem
from gateway.bridge.sharing import Listener, SharedStreams


class Reader:
    """Takes up to `room` frames."""

    def __init__(self, room: int = 1000) -> None:
        self.room = room
        self.frames: list[bytes] = []
        self.ended: list[Problem | None] = []

    def deliver(self, frame: Frame) -> bool:
        if len(self.frames) >= self.room:
            return False
        self.frames.append(frame.text)
        return True

    def finish(self, ended: Problem | None) -> None:
        self.ended.append(ended)


class Source:
    """Opens streams that are fed by hand."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.open = 0
        self.queue: asyncio.Queue[Frame | Exception | None] = asyncio.Queue()

    async def stream(self, key: str) -> AsyncGenerator[Frame, None]:
        self.opened.append(key)
        self.open += 1
        try:
            while (item := await self.queue.get()) is not None:
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            # As slow as a call's cancellation may be.
            await asyncio.sleep(0.01)
            self.open -= 1

    async def feed(self, key: str, listener: Listener) -> None:
        async with aclosing(self.stream(key)) as frames:
            async for frame in frames:
                if not listener.deliver(frame):
                    return

    async def say(self, *items: str | Exception | None) -> None:
        for item in items:
            self.queue.put_nowait(Frame(item.encode(), item) if isinstance(item, str) else item)
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def shared(source: Source) -> SharedStreams[str]:
    return SharedStreams(source.feed, lambda key, token: Frame(f"{key} is at {token}".encode(), token))


async def test_one_stream_for_all(source: Source, shared: SharedStreams[str]) -> None:
    readers = [Reader() for _ in range(3)]
    for reader in readers:
        shared.join("k", reader)
    await source.say("1", "2")
    assert [reader.frames for reader in readers] == [[b"1", b"2"]] * 3
    assert source.opened == ["k"]
    for reader in readers:
        await shared.leave("k", reader)
    assert (source.open, len(shared)) == (0, 0)


async def test_different_keys_are_not_shared(source: Source, shared: SharedStreams[str]) -> None:
    first, second = Reader(), Reader()
    shared.join("a", first)
    shared.join("b", second)
    await source.say()
    assert source.opened == ["a", "b"]
    await shared.leave("a", first)
    await shared.leave("b", second)


async def test_who_joins_later_learns_where_the_stream_is(source: Source, shared: SharedStreams[str]) -> None:
    first, second = Reader(), Reader()
    shared.join("k", first)
    await source.say("1", "2")
    shared.join("k", second)
    await source.say("3")
    assert first.frames == [b"1", b"2", b"3"]
    assert second.frames == [b"k is at 2", b"3"]
    await shared.leave("k", first)
    assert source.open == 1
    await shared.leave("k", second)
    assert source.open == 0


async def test_a_slow_reader_delays_nobody(source: Source, shared: SharedStreams[str]) -> None:
    quick, slow = Reader(), Reader(room=1)
    shared.join("k", quick)
    shared.join("k", slow)
    await source.say("1", "2", "3")
    assert quick.frames == [b"1", b"2", b"3"]
    assert slow.frames == [b"1"]
    await shared.leave("k", slow)
    assert source.open == 1
    await shared.leave("k", quick)
    assert source.open == 0


async def test_the_last_slow_reader_closes_the_stream(source: Source, shared: SharedStreams[str]) -> None:
    slow, next_one = Reader(room=0), Reader()
    shared.join("k", slow)
    await source.say("1")
    assert len(shared) == 0
    # The old stream is still being closed: whoever comes now must not be tied to it.
    assert source.open == 1
    shared.join("k", next_one)
    await asyncio.sleep(0.05)
    await source.say("2")
    assert next_one.frames == [b"2"]
    assert next_one.ended == []
    await shared.leave("k", next_one)
    assert source.open == 0


@pytest.mark.parametrize("ended", [None, problems.restarting()])
async def test_everybody_learns_of_the_end(source: Source, shared: SharedStreams[str], ended: Problem | None) -> None:
    readers = [Reader(), Reader()]
    for reader in readers:
        shared.join("k", reader)
    await source.say("1", ended)
    await asyncio.sleep(0.05)
    assert [reader.ended for reader in readers] == [[ended], [ended]]
    assert (source.open, len(shared)) == (0, 0)
    await shared.leave("k", readers[0])


async def test_an_unforeseen_failure_tells_nothing(source: Source, shared: SharedStreams[str]) -> None:
    reader = Reader()
    shared.join("k", reader)
    await source.say(RuntimeError("secret"))
    await asyncio.sleep(0.05)
    [ended] = reader.ended
    assert ended is not None
    assert "secret" not in problems.to_json(ended.status)
    assert ended.close_code == 1011


async def test_who_joins_after_the_end_gets_a_new_stream(source: Source, shared: SharedStreams[str]) -> None:
    first, second = Reader(), Reader()
    shared.join("k", first)
    await source.say("1", None)
    await asyncio.sleep(0.05)
    shared.join("k", second)
    await source.say("2")
    assert second.frames == [b"2"]
    assert source.opened == ["k", "k"]
    await shared.leave("k", second)
