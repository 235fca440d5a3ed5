"""What a layer is: something around the handling of a call, the same for all four kinds of RPC."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import grpc.aio
from google.protobuf.message import Message

from services.mesh.calls import Call
from services.mesh.policies import Method

Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]
Request: TypeAlias = Message | AsyncIterator[Message]
Unary: TypeAlias = Callable[[Request], Awaitable[Message]]
Stream: TypeAlias = Callable[[Request], AsyncIterator[Message]]


class Layer:
    """A layer that lets everything pass.

    A layer that does something around the whole call overrides `unary` and `stream`; one that only looks at requests
    derives from `Gate`. Serving one call, the layers' methods are nested in the order of the chain.
    """

    async def unary(self, call: Call, method: Method, request: Request, context: Context, proceed: Unary) -> Message:
        """Handles a call with one response. `request` is an iterator where the client streams."""
        return await proceed(request)

    def stream(
        self, call: Call, method: Method, request: Request, context: Context, proceed: Stream
    ) -> AsyncIterator[Message]:
        """Handles a call with a stream of responses."""
        return proceed(request)


class Gate(Layer):
    """A layer that looks at each request message and refuses by raising `Failure`."""

    async def open(self, call: Call, method: Method, context: Context) -> None:
        """Looks at the call before its first message."""

    async def admit(self, call: Call, method: Method, message: Message) -> None:
        """Looks at one request message."""

    async def unary(self, call: Call, method: Method, request: Request, context: Context, proceed: Unary) -> Message:
        """Lets the call pass when `open` and `admit` do."""
        await self.open(call, method, context)
        if isinstance(request, Message):
            await self.admit(call, method, request)
            return await proceed(request)
        return await proceed(self._each(call, method, request))

    async def stream(
        self, call: Call, method: Method, request: Request, context: Context, proceed: Stream
    ) -> AsyncIterator[Message]:
        """Lets the call pass when `open` and `admit` do."""
        await self.open(call, method, context)
        if isinstance(request, Message):
            await self.admit(call, method, request)
        else:
            request = self._each(call, method, request)
        async for response in proceed(request):
            yield response

    async def _each(self, call: Call, method: Method, messages: AsyncIterator[Message]) -> AsyncIterator[Message]:
        async for message in messages:
            await self.admit(call, method, message)
            yield message
