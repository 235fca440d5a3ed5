"""Failures as `google.rpc.Status` (AIP-193), and back again from the calls we make."""

import asyncio
from collections.abc import Mapping

import grpc.aio
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from temporalio.service import RPCError, RPCStatusCode

from services.mesh.errors import DOMAIN, Failure, FieldViolation, Reason

# PostgreSQL's text has no NUL, and UTF-8 has no other character that it would refuse (its appendix A, class 22).
_CHARACTER_NOT_IN_REPERTOIRE = "22021"

RETRY_AFTER = "retry_after"
"""What a failure's metadata calls the seconds to wait; the caller gets `RetryInfo` and `Retry-After`, too."""

OK = status_pb2.Status(code=code_pb2.OK, message="The stream is complete.")


def to_status(failure: Failure) -> status_pb2.Status:
    """Returns the status that tells a caller of a failure: code, message, `ErrorInfo`, and the wrong fields if any."""
    info = error_details_pb2.ErrorInfo(reason=failure.reason.name, domain=DOMAIN, metadata=dict(failure.metadata))
    details: list[Message] = [info]
    if retry_after := failure.metadata.get(RETRY_AFTER):
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromSeconds(int(retry_after))
        details.append(retry)
    if failure.fields:
        violations = [
            error_details_pb2.BadRequest.FieldViolation(field=violation.field, description=violation.description)
            for violation in failure.fields
        ]
        details.append(error_details_pb2.BadRequest(field_violations=violations))
    return status_pb2.Status(code=failure.reason.code, message=str(failure), details=[_pack(part) for part in details])


def from_exception(error: BaseException) -> Failure | None:
    """Returns the failure that an exception stands for, or None where the caller can only be told INTERNAL."""
    match error:
        case Failure():
            return error
        case grpc.aio.AioRpcError():
            return from_call(error)
        case OperationalError() | InterfaceError() | PoolTimeoutError() | ConnectionError():
            return Failure(Reason.UNAVAILABLE)
        case DBAPIError() if error.connection_invalidated:
            return Failure(Reason.UNAVAILABLE)
        case DBAPIError() if getattr(error.orig, "sqlstate", "") == _CHARACTER_NOT_IN_REPERTOIRE:
            return Failure(Reason.INVALID_FIELD, "A text holds the character U+0000, which can't be stored.")
        case RPCError() if error.status in {RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED}:
            return Failure(Reason.UNAVAILABLE)
        case asyncio.TimeoutError():
            return Failure(Reason.DEADLINE_EXCEEDED)
    return None


def from_call(error: grpc.aio.AioRpcError) -> Failure | None:
    """Returns the failure that another service answered with; None where it isn't of our catalogue."""
    status = rpc_status.from_call(error)
    if status is None:
        unreachable = error.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}
        return Failure(Reason.UNAVAILABLE) if unreachable else None
    info, fields = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        _ = detail.Unpack(info) or detail.Unpack(fields)
    if info.domain != DOMAIN or info.reason not in Reason.__members__:
        return None
    violations = tuple(FieldViolation(entry.field, entry.description) for entry in fields.field_violations)
    metadata: Mapping[str, str] = dict(info.metadata)
    return Failure(Reason[info.reason], status.message, violations, metadata)


def _pack(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
