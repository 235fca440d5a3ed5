"""How much is on its way to one reader: what it has taken is known by its answers to pings (RFC 6455, section 5.5.3).

Every client answers a ping when it has read what came before. Without that, whatever lies between here and a reader
who has stalled would fill up, in each program on the way.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from gateway.bridge.frames import Frame
from services.mesh import tasks


def asked_at(size: int) -> int:
    """Returns after how many of the bytes of a window its reader is asked.

    Question and answer cost the bridge as much as some four frames; until then there must be room for more.
    """
    return size * 3 // 4


class Window:
    """Lets frames go as long as little is unanswered; the others wait, in the order in which they came.

    Frames that wait are shared by all sockets that they wait for, so that they cost nothing for each.

    Args:
        connection: The socket.
        size: Bytes that may be unanswered before the next frame waits.
        write: Writes a frame.
        first: Bytes after which the reader is asked for the first time. Where sockets begin at different ones, they
            ask at different frames for ever: a thousand who ask at once hold up the next frame for all.
    """

    def __init__(
        self, connection: ServerConnection, size: int, write: Callable[[Frame], None], first: int | None = None
    ) -> None:
        self._connection = connection
        self._size = size
        self._ask_at = asked_at(size) if first is None else min(first, asked_at(size))
        self._write = write
        self._unanswered = 0
        self._waiting: deque[Frame] = deque()
        self._waiting_bytes = 0
        self._asking: asyncio.Task[None] | None = None
        self._open = asyncio.Event()
        self._open.set()

    @property
    def waiting(self) -> int:
        """Bytes that wait."""
        return self._waiting_bytes

    def add(self, frame: Frame) -> None:
        """Writes a frame, or lets it wait behind the others."""
        if self._waiting or self._unanswered >= self._size:
            self._waiting.append(frame)
            self._waiting_bytes += len(frame.wire)
        else:
            self._write(frame)
            self.count(frame)

    async def room(self) -> None:
        """Waits until the next frame may go."""
        await self._open.wait()

    def count(self, frame: Frame) -> None:
        """Takes note of a frame that was written."""
        self._unanswered += len(frame.wire)
        if self._unanswered >= self._size:
            self._open.clear()
        if self._asking is None and self._unanswered >= self._ask_at:
            self._asking = asyncio.create_task(self._ask())

    def drop(self) -> None:
        """Forgets whatever waits."""
        self._waiting.clear()
        self._waiting_bytes = 0

    def flush(self) -> None:
        """Writes whatever waits."""
        while self._waiting:
            self._write(self._pop())

    async def close(self) -> None:
        """Asks no more."""
        if self._asking is not None:
            await tasks.end(self._asking)

    async def _ask(self) -> None:
        with suppress(ConnectionClosed):
            while self._unanswered >= self._ask_at:
                asked, self._ask_at = self._unanswered, asked_at(self._size)
                await (await self._connection.ping())
                self._unanswered -= asked
                self._open.set()
                while self._waiting and self._unanswered < self._size:
                    frame = self._pop()
                    self._write(frame)
                    self.count(frame)
        self._asking = None

    def _pop(self) -> Frame:
        frame = self._waiting.popleft()
        self._waiting_bytes -= len(frame.wire)
        return frame
