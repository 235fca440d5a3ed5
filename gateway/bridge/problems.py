"""How a socket ends badly: a `google.rpc.Status` for the terminal frame, and a close code for the socket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import json_format
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

DOMAIN = "xorb"
OK = status_pb2.Status()
NORMAL = 1000
RESTART = 1012
UNSUPPORTED_DATA = 1003
NO_TOKEN_IN_TIME = 4408
TOO_SLOW = 4413
_LONGEST_REASON = 123  # bytes; RFC 6455, section 5.5

_CLOSE_CODES: Mapping[int, int] = {
    code_pb2.OK: NORMAL,
    code_pb2.INVALID_ARGUMENT: 4400,
    code_pb2.UNAUTHENTICATED: 4401,
    code_pb2.PERMISSION_DENIED: 4403,
    code_pb2.NOT_FOUND: 4404,
    code_pb2.DEADLINE_EXCEEDED: 4408,
    code_pb2.ALREADY_EXISTS: 4409,
    code_pb2.ABORTED: 4409,
    code_pb2.OUT_OF_RANGE: 4410,
    code_pb2.FAILED_PRECONDITION: 4412,
    code_pb2.RESOURCE_EXHAUSTED: 4429,
    code_pb2.UNIMPLEMENTED: 4501,
    code_pb2.UNAVAILABLE: 1013,
    # The bridge cancels no call that it still listens to: this is a service that stops.
    code_pb2.CANCELLED: 1013,
}
_REASONS: Mapping[int, str] = {
    code_pb2.UNAVAILABLE: "UNAVAILABLE",
    code_pb2.DEADLINE_EXCEEDED: "DEADLINE_EXCEEDED",
    code_pb2.UNAUTHENTICATED: "UNAUTHENTICATED",
}
_MESSAGES: Mapping[int, str] = {
    code_pb2.UNAVAILABLE: "The service is not available. Try again in a moment.",
    code_pb2.DEADLINE_EXCEEDED: "The call took longer than its deadline.",
    code_pb2.UNAUTHENTICATED: "Sign in first: there is no valid access token.",
}
_SERVER_FAILED = 1011


@dataclass(eq=False)
class Problem(Exception):
    """What ends a socket: the status that the client is told, and the close code (see the package's table)."""

    status: status_pb2.Status
    close_code: int

    @property
    def reason(self) -> str:
        """The `reason` of the status's ErrorInfo, at most as long as a close frame takes; empty where there is none."""
        return reason_of(self.status)


def problem(code: int, reason: str, message: str, *, close_code: int = 0, field: str = "", **metadata: str) -> Problem:
    """Returns a problem of the bridge's own.

    Args:
        code: A `google.rpc.Code`.
        reason: An entry of `xorb.common.v1.ErrorReason`, without its prefix.
        message: What to tell the client.
        close_code: The close code, where it isn't the status code's own.
        field: The request field that is wrong, if it is one.
        metadata: Facts for programs, in ErrorInfo.
    """
    status = status_pb2.Status(code=code, message=message)
    info = error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata=metadata)
    status.details.add().Pack(info)
    if field:
        violation = error_details_pb2.BadRequest.FieldViolation(field=field, description=message)
        status.details.add().Pack(error_details_pb2.BadRequest(field_violations=[violation]))
    return Problem(status, close_code or close_code_of(status))


def invalid(message: str, field: str = "") -> Problem:
    """Returns the problem of a request or frame that isn't valid."""
    return problem(code_pb2.INVALID_ARGUMENT, "INVALID_FIELD", message, field=field)


def too_slow(resume_token: str) -> Problem:
    """Returns the problem of a reader that doesn't keep up; `resume_token` is that of the last frame written to it."""
    message = "You read too slowly. Connect again with the resume token."
    facts = {"resumeToken": resume_token} if resume_token else {}
    return problem(code_pb2.RESOURCE_EXHAUSTED, "READER_TOO_SLOW", message, close_code=TOO_SLOW, **facts)


def restarting() -> Problem:
    """Returns the problem of a bridge that stops."""
    message = "The bridge restarts. Connect again with the resume token."
    return problem(code_pb2.UNAVAILABLE, "UNAVAILABLE", message, close_code=RESTART)


def internal() -> Problem:
    """Returns the problem of a bridge that failed; nothing of the failure is told."""
    return problem(code_pb2.INTERNAL, "INTERNAL", "Something failed on our side.")


def of_rpc(error: grpc.aio.AioRpcError) -> Problem:
    """Returns the problem that a failed call is: the service's own status, or one of ours where it sent none.

    gRPC's own texts aren't passed on, because they tell of sockets and addresses inside.
    """
    status = rpc_status.from_call(error)
    if status is not None:
        return of_status(status)
    code = error.code().value[0]
    message = _MESSAGES.get(code, "The call failed.")
    return problem(code, _REASONS.get(code, "INTERNAL"), message)


def of_status(status: status_pb2.Status) -> Problem:
    """Returns the problem of a status that a service sent."""
    return Problem(status, close_code_of(status))


def close_code_of(status: status_pb2.Status) -> int:
    """Returns the close code of a status."""
    if status.code == code_pb2.RESOURCE_EXHAUSTED and reason_of(status) == "READER_TOO_SLOW":
        return TOO_SLOW
    return _CLOSE_CODES.get(status.code, _SERVER_FAILED)


def reason_of(status: status_pb2.Status) -> str:
    """Returns the `reason` of the status's ErrorInfo, or an empty text."""
    return info_of(status).reason[:_LONGEST_REASON]


def info_of(status: status_pb2.Status) -> error_details_pb2.ErrorInfo:
    """Returns the status's ErrorInfo; an empty one where it has none."""
    info = error_details_pb2.ErrorInfo()
    for detail in status.details:
        if detail.Unpack(info):
            break
    return info


def to_dict(status: status_pb2.Status) -> dict[str, Any]:
    """Returns a status as proto3's JSON; a detail whose type isn't known here is left out."""
    shown = status_pb2.Status(code=status.code, message=status.message)
    result: dict[str, Any] = json_format.MessageToDict(shown, always_print_fields_with_no_presence=True)
    result["details"] = [known for detail in status.details if (known := _detail(detail)) is not None]
    return result


def to_json(status: status_pb2.Status) -> str:
    """Returns a status as JSON text."""
    return json.dumps(to_dict(status), ensure_ascii=False, separators=(",", ":"))


def _detail(detail: Any) -> dict[str, Any] | None:  # noqa: ANN401 - google.protobuf.Any has no common stub
    try:
        return dict(json_format.MessageToDict(detail))
    except (TypeError, json_format.Error):
        return None
