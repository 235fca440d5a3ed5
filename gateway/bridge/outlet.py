"""The sending side of one socket: what waits for its reader is bounded, in bytes and in time."""

import asyncio
import secrets

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from gateway.bridge import frames, problems
from gateway.bridge.frames import Frame
from gateway.bridge.limits import Limits
from gateway.bridge.problems import Problem
from gateway.bridge.window import Window, asked_at


class Outlet:
    """Writes frames to a socket; a `sharing.Listener`.

    Little is on its way at once; what a socket hasn't taken yet waits here, and where it is shared costs nothing.

    Attributes:
        ended: Done when the socket must be closed: with its problem, or None where the stream has ended well.
    """

    def __init__(self, connection: ServerConnection, limits: Limits) -> None:
        self._connection = connection
        self._limits = limits
        first = 1 + secrets.randbelow(max(1, asked_at(limits.window_bytes)))
        self._window = Window(connection, limits.window_bytes, self._write, first)
        self._resume_token = ""
        self._said: Frame | None = None
        self.ended: asyncio.Future[Problem | None] = asyncio.get_running_loop().create_future()

    def deliver(self, frame: Frame) -> bool:
        """Writes a frame without waiting; False where too much waits already, and the socket is then closed."""
        backlog = self._window.waiting + self._connection.transport.get_write_buffer_size()
        if backlog > self._limits.backlog_bytes:
            # What waits would only fill the way to a reader who has stalled; it comes again with the token.
            self._window.drop()
            self.finish(problems.too_slow(self._resume_token))
            return False
        self._window.add(frame)
        return True

    def finish(self, ended: Problem | None) -> None:
        """Says that the socket must be closed; the first reason counts."""
        if not self.ended.done():
            self.ended.set_result(ended)

    async def send(self, frame: Frame) -> None:
        """Writes a frame and waits until the reader has taken enough.

        Raises:
            Problem: The reader took nothing for too long.
            ConnectionClosed: The reader has gone.
        """
        try:
            async with asyncio.timeout(self._limits.stall_seconds):
                await self._window.room()
                # It is on its way from here on, even if the wait is too long.
                self._remember(frame)
                await self._connection.send(frame.text, text=True)
                self._window.count(frame)
        except TimeoutError as error:
            raise problems.too_slow(self._resume_token) from error

    async def close(self, ended: Problem | None) -> None:
        """Writes the terminal frame, unless the service has written one, and closes the socket in bounded time."""
        await self._window.close()
        if ended is None:
            self._window.flush()
        status = ended.status if ended else problems.OK
        if self._said is not None and self._said.end is not None and ended is None:
            ended = problems.of_status(self._said.end)
        else:
            self._wire(frames.terminal(status, self._resume_token))
        code = ended.close_code if ended else problems.NORMAL
        try:
            async with asyncio.timeout(self._limits.close_seconds):
                await self._connection.close(code, ended.reason if ended else "")
        except (TimeoutError, ConnectionClosed):
            self._connection.transport.abort()

    def _write(self, frame: Frame) -> None:
        self._wire(frame)
        self._remember(frame)

    def _wire(self, frame: Frame) -> None:
        # Past the library, which would build the same bytes for every socket anew: nothing is compressed or fragmented.
        if self._connection.state is State.OPEN:
            self._connection.transport.write(frame.wire)

    def _remember(self, frame: Frame) -> None:
        self._resume_token = frame.resume_token or self._resume_token
        if frame.end is not None:
            self._said = frame
