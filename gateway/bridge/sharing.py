"""One upstream call for all who ask for the same thing: opened for the first, closed after the last.

Knows nothing of sockets or gRPC. A stream is shared from now on: who joins later is greeted with the place where the
stream is, and gets what comes after it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, Protocol, TypeAlias, TypeVar

from gateway.bridge import problems
from gateway.bridge.frames import Frame
from gateway.bridge.problems import Problem
from services.mesh import tasks

_log = logging.getLogger("xorb.bridge")

KeyT = TypeVar("KeyT", bound=Hashable)


class Listener(Protocol):
    """Who gets a shared stream's frames. Neither method may block."""

    def deliver(self, frame: Frame) -> bool:
        """Takes a frame, or returns False: too slow, and from now on without this stream."""
        ...

    def finish(self, ended: Problem | None) -> None:
        """Learns that the stream has ended; well, where `ended` is None."""
        ...


Feed: TypeAlias = Callable[[KeyT, Listener], Awaitable[None]]
"""Feeds a listener with the stream of a key until it ends or the listener takes no more; raises Problem."""
Greeting: TypeAlias = Callable[[KeyT, str], Frame]
"""Makes, from a key and the resume token of the stream's latest frame, what a later listener gets first."""


class SharedStreams(Generic[KeyT]):
    """Streams by key, each open while it has listeners.

    Args:
        feed: Opens and feeds the stream of a key.
        greeting: Greets who joins late.
    """

    def __init__(self, feed: Feed[KeyT], greeting: Greeting[KeyT]) -> None:
        self._feed = feed
        self._greeting = greeting
        self._streams: dict[KeyT, _Stream] = {}

    def __len__(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    def join(self, key: KeyT, listener: Listener) -> None:
        """Adds a listener to the stream of a key, and opens the stream where it is the first."""
        stream = self._streams.get(key)
        if stream is None:
            stream = self._streams[key] = _Stream(lambda left: self._forget(key, left))
            stream.task = asyncio.create_task(self._pump(key, stream))
        elif stream.resume_token and not listener.deliver(self._greeting(key, stream.resume_token)):
            return
        stream.listeners.add(listener)

    async def leave(self, key: KeyT, listener: Listener) -> None:
        """Removes a listener; the last one out closes the stream. Who has left before may leave again."""
        stream = self._streams.get(key)
        if stream is None or listener not in stream.listeners:
            return
        stream.listeners.discard(listener)
        if not stream.listeners:
            await self._close(key, stream)

    async def _close(self, key: KeyT, stream: "_Stream") -> None:
        del self._streams[key]
        if stream.task is not None:
            await tasks.end(stream.task)

    async def _pump(self, key: KeyT, stream: "_Stream") -> None:
        ended: Problem | None = None
        try:
            await self._feed(key, stream)
        except Problem as problem:
            ended = problem
        except Exception:  # noqa: BLE001 - whatever it was, the client learns that it ended, and nothing more
            _log.exception("a shared stream failed")
            ended = problems.internal()
        finally:
            self._forget(key, stream)
        stream.finish(ended)

    def _forget(self, key: KeyT, stream: "_Stream") -> None:
        if self._streams.get(key) is stream:
            del self._streams[key]


class _Stream:
    """One open stream and who listens; itself the listener of its feed.

    Args:
        forget: Told when the last listener is too slow.
    """

    def __init__(self, forget: Callable[["_Stream"], None]) -> None:
        self._forget = forget
        self.listeners: set[Listener] = set()
        self.resume_token = ""
        self.task: asyncio.Task[None] | None = None

    def deliver(self, frame: Frame) -> bool:
        """Hands a frame to all listeners; False where none is left."""
        self.resume_token = frame.resume_token or self.resume_token
        self.listeners -= {listener for listener in self.listeners if not listener.deliver(frame)}
        if not self.listeners:
            # At once: whoever comes while this stream is being closed must get a new one.
            self._forget(self)
        return bool(self.listeners)

    def finish(self, ended: Problem | None) -> None:
        """Hands on the end."""
        for listener in tuple(self.listeners):
            listener.finish(ended)
