"""A span and a measurement for every call, and the trace context that the call hands on."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import grpc.aio
from google.protobuf.message import Message
from opentelemetry import metrics, propagate, trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from services.mesh.calls import Call
from services.mesh.interceptors.layer import Context, Layer, Request, Stream, Unary
from services.mesh.policies import Method

_TRACER = trace.get_tracer(__name__)
_METER = metrics.get_meter(__name__)
_DURATION = _METER.create_histogram(
    "rpc.server.duration",
    unit="s",
    description="How long calls with one response took",
    explicit_bucket_boundaries_advisory=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_OPEN_STREAMS = _METER.create_up_down_counter("rpc.server.open_streams", description="Streams open now")
_MESSAGES = _METER.create_counter("rpc.server.stream_messages", description="Messages sent on streams")


class Telemetry(Layer):
    """The outermost layer: it sees what the caller sees."""

    async def unary(self, call: Call, method: Method, request: Request, context: Context, proceed: Unary) -> Message:
        """Measures the call."""
        begun = time.perf_counter()
        code = "OK"
        try:
            with _span(call, context):
                return await proceed(request)
        except asyncio.CancelledError:
            code = "CANCELLED"
            raise
        except grpc.aio.AbortError:
            code = _code(context)
            raise
        finally:
            _DURATION.record(time.perf_counter() - begun, {"method": call.method, "code": code})

    async def stream(
        self, call: Call, method: Method, request: Request, context: Context, proceed: Stream
    ) -> AsyncIterator[Message]:
        """Counts the stream and its messages."""
        attributes = {"method": call.method}
        _OPEN_STREAMS.add(1, attributes)
        try:
            with _span(call, context):
                async for response in proceed(request):
                    _MESSAGES.add(1, attributes)
                    yield response
        finally:
            _OPEN_STREAMS.add(-1, attributes)


@contextmanager
def _span(call: Call, context: Context) -> Iterator[None]:
    carrier = {
        key: str(value) for key, value in context.invocation_metadata() or () if key in {"traceparent", "tracestate"}
    }
    parent = propagate.extract(carrier) if carrier else None
    span = _TRACER.start_span(call.method, context=parent, kind=SpanKind.SERVER)
    with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield
        except BaseException:
            span.set_status(Status(StatusCode.ERROR, _code(context)))
            raise


def _code(context: Context) -> str:
    code = context.code()
    return code.name if isinstance(code, grpc.StatusCode) else "UNKNOWN"
