"""Turns whatever a handler raises into a status of the catalogue; what it doesn't know becomes INTERNAL and a log line.

A stream over REST can't change its HTTP status half-way, and a browser can't tell an end from a cut. So every stream
over REST ends with a record that holds the status: one without it was cut off.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import NoReturn

import grpc.aio
import structlog
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import status_pb2
from grpc_status import rpc_status

from services.mesh import identifiers, statuses
from services.mesh.calls import Call
from services.mesh.errors import Failure, Reason
from services.mesh.interceptors.layer import Context, Layer, Request, Stream, Unary
from services.mesh.policies import Method

_LOG = structlog.get_logger(__name__)


class Errors(Layer):
    """The layer that no exception passes."""

    async def unary(self, call: Call, method: Method, request: Request, context: Context, proceed: Unary) -> Message:
        """Returns the response, or aborts with a status of the catalogue."""
        try:
            return await proceed(request)
        except (asyncio.CancelledError, grpc.aio.AbortError):
            raise
        except Exception as error:  # noqa: BLE001 - here nothing may pass
            await _abort(context, _failure(call, error))

    async def stream(
        self, call: Call, method: Method, request: Request, context: Context, proceed: Stream
    ) -> AsyncIterator[Message]:
        """Yields the responses; a failure after the first of them ends a stream over REST with a terminal record."""
        begun = False
        try:
            async for response in proceed(request):
                begun = True
                yield response
        except (asyncio.CancelledError, GeneratorExit, grpc.aio.AbortError):
            raise
        except Exception as error:  # noqa: BLE001 - here nothing may pass
            failure = _failure(call, error)
            if not (begun and call.over_rest):
                await _abort(context, failure)
            yield _end(method, statuses.to_status(failure))
        else:
            if call.over_rest:
                yield _end(method, statuses.OK)


def _failure(call: Call, error: BaseException) -> Failure:
    failure = statuses.from_exception(error)
    if failure is not None:
        return failure
    identifier = str(identifiers.new())
    _LOG.error("unexpected error", error_id=identifier, method=call.method, exc_info=error)
    message = f"Something failed on our side. Quote the error id {identifier} when you report it."
    return Failure(Reason.INTERNAL, message, metadata={"error_id": identifier})


async def _abort(context: Context, failure: Failure) -> NoReturn:
    status = rpc_status.to_status(statuses.to_status(failure))
    if seconds := failure.metadata.get(statuses.RETRY_AFTER):
        # The edge makes headers of trailers that come alone.
        status = status._replace(trailing_metadata=(*status.trailing_metadata, ("retry-after", seconds)))
    await context.abort_with_status(status)
    raise AssertionError("abort_with_status returned")


def _end(method: Method, status: status_pb2.Status) -> Message:
    record = GetMessageClass(method.descriptor.output_type)()
    record.end.CopyFrom(status)  # type: ignore[attr-defined]  # a contract test proves that every stream's record has it
    return record
