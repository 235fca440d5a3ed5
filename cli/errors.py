"""Errors as one line that says what to do."""

import grpc
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from cli.text import clean

ERROR, SCAN_FAILED, FINDINGS, INTERRUPTED = 1, 3, 4, 130

_ADVICE = {
    "UNAUTHENTICATED": "Run `xorb login`.",
    "INVALID_REFRESH_TOKEN": "Run `xorb login`.",
    "SESSION_REVOKED": "Run `xorb login`.",
    "LAST_OWNER": "Make somebody else an owner first: `xorb members transfer MEMBER`.",
    "INVALID_CHALLENGE": "Run `xorb login`.",
    "PERMISSION_DENIED": "Ask an owner of your organization for a role that may.",
    "SECOND_FACTOR_REQUIRED": "`xorb factors enroll` adds one, `xorb login` signs in.",
    "TARGET_NOT_VERIFIED": "`xorb targets verify TARGET` does that.",
    "VERIFICATION_FAILED": "Then run `xorb targets verify` again.",
    "TARGET_BUSY": "Wait for it, or stop it with `xorb scan cancel`.",
    "ETAG_MISMATCH": "Run the command again.",
}
_OWN_WORDS = {
    grpc.StatusCode.UNAVAILABLE: (
        "XORB doesn't answer. Is it running (`make up`)? Another address goes in --server or XORB_SERVER; "
        "`xorb status` says more."
    ),
    grpc.StatusCode.UNAUTHENTICATED: "You aren't signed in, or your session has ended. Run `xorb login`.",
    grpc.StatusCode.DEADLINE_EXCEEDED: "The server didn't answer in time. Try again.",
    grpc.StatusCode.UNIMPLEMENTED: "The server doesn't know this call: is it an older XORB, or no XORB at all?",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "Too many calls. Wait a moment, then try again.",
}


class CliError(Exception):
    """What ends the command: a message for the person, and an exit code."""

    def __init__(self, message: str, exit_code: int = ERROR) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def status_of(error: grpc.RpcError) -> status_pb2.Status | None:
    """Returns the `google.rpc.Status` that a service sent, or None where the failure isn't a service's own."""
    try:
        status: status_pb2.Status | None = rpc_status.from_call(error)
    except ValueError:
        return None
    return status


def reason_of(error: grpc.RpcError) -> str:
    """Returns the `reason` of the error's ErrorInfo (`xorb.common.v1.ErrorReason`), or an empty text."""
    status, info = status_of(error), error_details_pb2.ErrorInfo()
    for detail in status.details if status else ():
        if detail.Unpack(info):
            return str(info.reason)
    return ""


def describe(error: grpc.RpcError) -> str:
    """Returns a failed call as one line: what is wrong, and what to do."""
    status = status_of(error)
    if status is None:
        return _without_status(error)
    parts = [status.message, *_fields(status), _ADVICE.get(reason_of(error), "")]
    return clean(" ".join(part for part in parts if part))


def _fields(status: status_pb2.Status) -> list[str]:
    """Returns the wrong fields that the message doesn't name itself."""
    bad = error_details_pb2.BadRequest()
    for detail in status.details:
        if detail.Unpack(bad):
            texts = [f"{violation.field}: {violation.description}" for violation in bad.field_violations]
            return [text for text in texts if text not in status.message]
    return []


def _without_status(error: grpc.RpcError) -> str:
    code = error.code()
    return _OWN_WORDS.get(code) or clean(f"The call failed ({code.name}): {error.details()}")
