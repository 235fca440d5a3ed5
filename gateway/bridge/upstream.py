"""The calls behind the sockets: each is cancelled when its socket no longer needs it, whatever happened."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field

import grpc
import grpc.aio
from google.protobuf.message import Message
from google.rpc import code_pb2
from opentelemetry import metrics

from gateway.bridge import problems
from gateway.bridge.frames import Encoder, Frame
from gateway.bridge.routes import Route
from gateway.keys.exchange import Exchange, Refused, Unreachable
from services.mesh import api_keys
from services.mesh.events.sharing import SHARE, SILENT, VIEW

Metadata = tuple[tuple[str, str], ...]
Options = tuple[tuple[str, str], ...]
_Call = grpc.aio.UnaryStreamCall[bytes, bytes] | grpc.aio.StreamStreamCall[Message, bytes]

_OPEN = metrics.get_meter(__name__).create_up_down_counter(
    "rpc.client.open_streams", description="Calls to services open now"
)
_KEYS_PLANE = "security"
_CHANNEL_OPTIONS = (
    # A stalled reader must cost kilobytes, not the megabytes that gRPC's window would grow to.
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.lookahead_bytes", 65535),
    # A service that restarts on this machine is back in a moment; by default its callers wait up to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 1000),
)


@dataclass(frozen=True)
class CallRequest:
    """What a server-streaming call is opened with; equal requests may share one call.

    Attributes:
        route: The method.
        content: The serialized request message.
        metadata: What travels beside it: the caller's token above all.
    """

    route: Route
    content: bytes
    metadata: Metadata = field(repr=False)

    def resumed(self, resume_token: str, *more: tuple[str, str]) -> "CallRequest":
        """Returns the request that goes on after a frame, with more metadata."""
        content = self.content
        if resume_token:
            message = self.route.request_class.FromString(content)
            setattr(message, "resume_token", resume_token)  # noqa: B010 - the class is known only at run time
            content = message.SerializeToString(deterministic=True)
        return CallRequest(self.route, content, (*self.metadata, *more))


class Upstream:
    """Channels to the planes, opened when first needed.

    Args:
        destination: The gRPC address of a plane's role, such as `unix:…/core.sock`, and the options of a channel to it.
    """

    def __init__(self, destination: Callable[[str], tuple[str, Options]]) -> None:
        self._destination = destination
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._encoder = Encoder()
        self.exchange = Exchange(lambda: self._to(_KEYS_PLANE))
        self.open_calls = 0

    async def token(self, shown: str) -> str:
        """Returns the access token for what a client showed: itself, or that of an API key.

        Raises:
            Problem: The key isn't good, or nobody can say.
        """
        if not shown.startswith(api_keys.PREFIX):
            return shown
        try:
            return await self.exchange.token(shown)
        except Refused as error:
            message = "The API key isn't known, or has ended."
            raise problems.problem(code_pb2.UNAUTHENTICATED, "UNAUTHENTICATED", message) from error
        except Unreachable as error:
            message = "Nobody can look at API keys at the moment. Try again."
            raise problems.problem(code_pb2.UNAVAILABLE, "UNAVAILABLE", message) from error

    async def frames(self, request: CallRequest) -> AsyncGenerator[Frame, None]:
        """Opens a server-streaming call and yields its responses.

        Raises:
            Problem: The call failed.
        """
        async with aclosing(self._responses(request.route, self._open(request))) as responses:
            async for frame in responses:
                yield frame

    @asynccontextmanager
    async def silent(self, request: CallRequest) -> AsyncIterator["SilentCall"]:
        """Opens a call that is to be told nothing, for as long as the context lasts (see `views`)."""
        call = self._open(request.resumed("", (SHARE, SILENT)))
        try:
            yield SilentCall(call, self._responses(request.route, call))
        finally:
            call.cancel()

    @asynccontextmanager
    async def converse(self, route: Route, metadata: Metadata) -> AsyncIterator["Conversation"]:
        """Opens a bidirectional call for as long as the context lasts."""
        call: grpc.aio.StreamStreamCall[Message, bytes] = self._channel(route).stream_stream(
            route.grpc_path, request_serializer=route.request_class.SerializeToString
        )(metadata=metadata)
        try:
            yield Conversation(call, self._responses(route, call))
        finally:
            call.cancel()

    async def close(self) -> None:
        """Closes the channels, and with them what is still open."""
        for channel in self._channels.values():
            await channel.close()

    def _open(self, request: CallRequest) -> grpc.aio.UnaryStreamCall[bytes, bytes]:
        method: grpc.aio.UnaryStreamMultiCallable[bytes, bytes]
        method = self._channel(request.route).unary_stream(request.route.grpc_path)
        return method(request.content, metadata=request.metadata)

    def _channel(self, route: Route) -> grpc.aio.Channel:
        return self._to(route.plane)

    def _to(self, plane: str) -> grpc.aio.Channel:
        if plane not in self._channels:
            address, options = self._destination(plane)
            self._channels[plane] = grpc.aio.insecure_channel(address, options=(*_CHANNEL_OPTIONS, *options))
        return self._channels[plane]

    async def _responses(self, route: Route, call: _Call) -> AsyncGenerator[Frame, None]:
        self.open_calls += 1
        _OPEN.add(1)
        try:
            async for data in call:
                yield self._encoder.encode(route, data)
        except grpc.aio.AioRpcError as error:
            raise problems.of_rpc(error) from error
        finally:
            self.open_calls -= 1
            _OPEN.add(-1)
            call.cancel()


class SilentCall:
    """A call by which a service says that a user may watch: its view first, and when it ends."""

    def __init__(self, call: grpc.aio.UnaryStreamCall[bytes, bytes], frames: AsyncGenerator[Frame, None]) -> None:
        self._call = call
        self.frames = frames

    async def view(self) -> str | None:
        """Returns the view's name; None where the service doesn't share this stream, which then is in `frames`."""
        initial = await self._call.initial_metadata()
        return next((str(value) for key, value in initial or () if key == VIEW), None)

    async def ended(self) -> problems.Problem | None:
        """Waits for the call's end, and returns why where it failed."""
        try:
            async with aclosing(self.frames) as frames:
                async for _ in frames:
                    continue
        except problems.Problem as problem:
            return problem
        return None


class Conversation:
    """A bidirectional call: `say` and `finish` on one side, `frames` on the other."""

    def __init__(self, call: grpc.aio.StreamStreamCall[Message, bytes], frames: AsyncGenerator[Frame, None]) -> None:
        self._call = call
        self.frames = frames

    async def say(self, request: Message) -> None:
        """Sends one request message; waits while the service can't take it.

        Silent where the call has ended: `frames` says so, and why.
        """
        with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
            await self._call.write(request)

    async def finish(self) -> None:
        """Says that no more requests will come."""
        with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
            await self._call.done_writing()
