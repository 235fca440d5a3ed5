"""The life of one socket: token, request, stream, end."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from google.protobuf.message import Message
from google.rpc import code_pb2
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from gateway.bridge import handshake, problems, requests
from gateway.bridge.frames import Frame
from gateway.bridge.handshake import Credentials
from gateway.bridge.limits import Limits
from gateway.bridge.outlet import Outlet
from gateway.bridge.problems import Problem
from gateway.bridge.routes import Route
from gateway.bridge.sharing import SharedStreams
from gateway.bridge.upstream import CallRequest, Conversation, Metadata, Upstream
from services.mesh import tasks
from services.mesh.calls import ADDRESS

_log = logging.getLogger("xorb.bridge")

# What the edge adds for whoever follows a request through the mesh (W3C Trace Context; Envoy's request id).
_PASSED_ON = ("traceparent", "tracestate", "x-request-id")

# The client's last frame of a bidirectional call.
_NO_MORE: Mapping[str, Any] = {"end": {}}


@dataclass(frozen=True)
class Destination:
    """What a socket's URL asks for: the route, the fields that the path fills, and the query."""

    route: Route
    fields: Mapping[str, str]
    query: str


class Session:
    """Serves one open socket.

    Args:
        connection: The socket.
        destination: What its URL asks for.
        upstream: The services.
        shared: The calls that sockets share.
        limits: The bounds.
    """

    def __init__(
        self,
        connection: ServerConnection,
        destination: Destination,
        upstream: Upstream,
        shared: SharedStreams[CallRequest],
        limits: Limits,
    ) -> None:
        self._connection = connection
        self._destination = destination
        self._upstream = upstream
        self._shared = shared
        self._limits = limits
        self._outlet = Outlet(connection, limits)

    def finish(self, ended: Problem) -> None:
        """Ends the session from outside, such as for a restart."""
        self._outlet.finish(ended)

    async def run(self) -> None:
        """Serves the socket until either side ends it; leaves no call open."""
        ended: Problem | None
        try:
            ended = await self._run()
        except Problem as problem:
            ended = problem
        except ConnectionClosed:
            return
        except Exception:  # noqa: BLE001 - whatever it was, the client learns that it ended, and nothing more
            _log.exception("a socket failed")
            ended = problems.internal()
        await self._outlet.close(ended)

    async def _run(self) -> Problem | None:
        route = self._destination.route
        request = requests.opening(route, self._destination.fields, self._destination.query)
        credentials = await self._credentials()
        if credentials.resume_token:
            _set_resume_token(request, credentials.resume_token)
        credentials = replace(credentials, token=await self._upstream.token(credentials.token))
        token: Metadata = (("authorization", f"Bearer {credentials.token}"),) if credentials.token else ()
        token += self._headers((ADDRESS,))
        if route.bidirectional:
            return await self._converse(request, token + self._trace())
        content = request.SerializeToString(deterministic=True)
        if route.watch and not getattr(request, "resume_token", ""):
            handshake.require_current(credentials.token)
            # Without a trace: it would be one socket's, and keep equal requests apart.
            return await self._share(CallRequest(route, content, token))
        return await self._stream(CallRequest(route, content, token + self._trace()))

    async def _credentials(self) -> Credentials:
        sent = handshake.of_headers(self._connection.request.headers) if self._connection.request else None
        if sent is None and self._destination.route.public:
            return Credentials("")
        return sent or await self._first_frame()

    async def _first_frame(self) -> Credentials:
        frame = asyncio.create_task(handshake.of_first_frame(self._connection, self._limits.token_seconds))
        waited: list[asyncio.Future[Any]] = [frame, self._outlet.ended]
        try:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            ended = self._outlet.ended.result() if self._outlet.ended.done() else None
            if ended is not None:
                raise ended
            return await frame
        finally:
            frame.cancel()

    def _trace(self) -> Metadata:
        return self._headers(_PASSED_ON)

    def _headers(self, names: Iterable[str]) -> Metadata:
        headers = self._connection.request.headers if self._connection.request else {}
        return tuple((name, headers[name]) for name in names if name in headers)

    async def _share(self, call: CallRequest) -> Problem | None:
        self._shared.join(call, self._outlet)
        try:
            return await self._until_end(self._expect_silence())
        finally:
            await self._shared.leave(call, self._outlet)

    async def _stream(self, call: CallRequest) -> Problem | None:
        return await self._until_end(self._forward(self._upstream.frames(call)), self._expect_silence())

    async def _converse(self, request: Message, metadata: Metadata) -> Problem | None:
        async with self._upstream.converse(self._destination.route, metadata) as conversation:
            return await self._until_end(self._forward(conversation.frames), self._listen(conversation, request))

    async def _forward(self, frames: AsyncGenerator[Frame, None]) -> None:
        async with aclosing(frames):
            async for frame in frames:
                await self._outlet.send(frame)
        self._outlet.finish(None)

    async def _until_end(self, *work: Coroutine[Any, Any, None]) -> Problem | None:
        """Waits until the outlet is told of the end, or one of the coroutines raises; cancels what remains."""
        working = [asyncio.create_task(one) for one in work]
        waited: list[asyncio.Future[Any]] = [*working, self._outlet.ended]
        try:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            for task in working:
                if task.done():
                    task.result()
            return await self._outlet.ended
        finally:
            await tasks.end(*working)

    async def _expect_silence(self) -> None:
        async for _frame in self._connection:
            raise problems.invalid("This stream takes no frames from the client")
        raise ConnectionClosed(None, None)

    async def _listen(self, conversation: Conversation, base: Message) -> None:
        while (request := await self._heard(base)) is not None:
            await conversation.say(request)
        await conversation.finish()
        await self._expect_silence()

    async def _heard(self, base: Message) -> Message | None:
        """Returns the next request message, or None where the client says that no more will come."""
        text = await self._connection.recv()
        if not isinstance(text, str):
            message = "Frames are JSON in text, not binary"
            raise problems.problem(
                code_pb2.INVALID_ARGUMENT,
                "INVALID_FIELD",
                message,
                close_code=problems.UNSUPPORTED_DATA,
            )
        content = requests.json_object(text)
        if content is None:
            raise problems.invalid("The frame is not a JSON object")
        if content == _NO_MORE:
            return None
        return requests.of_frame(self._destination.route, base, self._destination.fields, content)


def _set_resume_token(request: Message, resume_token: str) -> None:
    if "resume_token" not in request.DESCRIPTOR.fields_by_name:
        raise problems.invalid("This stream can't be resumed", "resumeToken")
    if getattr(request, "resume_token", ""):
        raise problems.invalid("resumeToken is given twice", "resumeToken")
    setattr(request, "resume_token", resume_token)  # noqa: B010 - the class is known only at run time
