"""The order of the layers, and the one gRPC interceptor that nests them around every handler."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any, TypeAlias

import grpc
import grpc.aio
from google.protobuf.message import Message

from services.mesh import calls
from services.mesh.access.model import Access
from services.mesh.audit.trail import Trail
from services.mesh.calls import Call, Sharing
from services.mesh.database import Database
from services.mesh.events.sharing import SHARE
from services.mesh.interceptors.audit import Audit
from services.mesh.interceptors.authentication import Authentication
from services.mesh.interceptors.authorization import Authorization
from services.mesh.interceptors.deadline import Deadline
from services.mesh.interceptors.errors import Errors
from services.mesh.interceptors.idempotency import Idempotency
from services.mesh.interceptors.layer import Context, Layer, Request, Stream, Unary
from services.mesh.interceptors.serializing import SharedSerializer, is_watch
from services.mesh.interceptors.telemetry import Telemetry
from services.mesh.interceptors.validation import Validation
from services.mesh.peers import Peers
from services.mesh.policies import Method, methods
from services.mesh.tokens import Verifier

_OPEN_TO_ALL = ("/grpc.health.v1.Health/", "/grpc.reflection.v1alpha.ServerReflection/")
# In quotes, because only the stubs of grpc know the handler as generic.
_Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"


def chain(
    verifier: Verifier,
    database: Database | None,
    access: Access | None,
    trail: Trail | None = None,
    peers: Peers | None = None,
    *,
    own: tuple[Layer, ...] = (),
) -> tuple[Layer, ...]:
    """Returns the layers, the outermost first.

    Args:
        verifier: Verifies tokens.
        database: Where replies to request ids are kept; None for a process without one.
        access: Who may do what; None for a process that serves no accounts.
        trail: Takes what is decided; None for a process without a log.
        peers: On whose connection calls come; None where there are no sidecars to tell.
        own: Layers of the process's own, before anything is known of the caller.
    """
    return (
        Telemetry(),
        Errors(),
        Audit(trail),
        Deadline(),
        *own,
        Authentication(verifier, peers),
        Authorization(access),
        Idempotency(database),
        Validation(),
    )


class Chain(grpc.aio.ServerInterceptor):
    """Nests the layers around the handler of every method that has a policy; serves no other."""

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        self._layers = layers
        self._wrapped: dict[str, _Handler] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[_Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> _Handler:
        """Returns the handler inside the layers; None, which gRPC answers with UNIMPLEMENTED, for an unknown method."""
        path = handler_call_details.method
        if path not in self._wrapped:
            handler = await continuation(handler_call_details)
            if handler is None or path.startswith(_OPEN_TO_ALL):
                return handler
            method = methods().get(path)
            if method is None:
                return None
            self._wrapped[path] = _wrap(handler, method, self._layers)
        return self._wrapped[path]


def _wrap(handler: "grpc.RpcMethodHandler[Any, Any]", method: Method, layers: tuple[Layer, ...]) -> _Handler:
    coders: dict[str, Any] = {
        "request_deserializer": handler.request_deserializer,
        "response_serializer": handler.response_serializer,
    }
    if handler.response_streaming:
        if handler.response_serializer is not None and is_watch(method.descriptor):
            coders["response_serializer"] = SharedSerializer(handler.response_serializer)
        inner: Any = handler.stream_stream or handler.unary_stream
        make = (
            grpc.stream_stream_rpc_method_handler if handler.request_streaming else grpc.unary_stream_rpc_method_handler
        )
        return make(partial(_stream, inner, method, layers), **coders)
    inner = handler.stream_unary or handler.unary_unary
    make = grpc.stream_unary_rpc_method_handler if handler.request_streaming else grpc.unary_unary_rpc_method_handler
    return make(partial(_unary, inner, method, layers), **coders)


async def _unary(
    inner: Callable[[Request, Context], Awaitable[Message]],
    method: Method,
    layers: tuple[Layer, ...],
    request: Request,
    context: Context,
) -> Message:
    call = _enter(method, context)

    async def handle(request: Request) -> Message:
        return await inner(request, context)

    proceed: Unary = handle
    for layer in reversed(layers):
        proceed = partial(_unary_layer, layer, call, method, context, proceed)
    return await proceed(request)


async def _unary_layer(
    layer: Layer, call: Call, method: Method, context: Context, proceed: Unary, request: Request
) -> Message:
    return await layer.unary(call, method, request, context, proceed)


async def _stream(
    inner: Callable[[Request, Context], AsyncIterator[Message]],
    method: Method,
    layers: tuple[Layer, ...],
    request: Request,
    context: Context,
) -> AsyncIterator[Message]:
    call = _enter(method, context)

    def handle(request: Request) -> AsyncIterator[Message]:
        return inner(request, context)

    proceed: Stream = handle
    for layer in reversed(layers):
        proceed = partial(_stream_layer, layer, call, method, context, proceed)
    async for response in proceed(request):
        yield response


def _stream_layer(
    layer: Layer, call: Call, method: Method, context: Context, proceed: Stream, request: Request
) -> AsyncIterator[Message]:
    return layer.stream(call, method, request, context, proceed)


def _enter(method: Method, context: Context) -> Call:
    metadata = dict(context.invocation_metadata() or ())
    call = Call(
        method=method.path,
        peer=context.peer() or "",
        address=str(metadata.get(calls.ADDRESS, "")),
        over_rest="x-envoy-original-path" in metadata,
    )
    if SHARE in metadata:
        call.sharing = Sharing(str(metadata[SHARE]), context.send_initial_metadata)
    calls.enter(call)
    return call
