"""The edge's own errors, as JSON: ``google.rpc.Status`` for whoever did not come with gRPC.

HTTP statuses and gRPC codes correspond as in google/rpc/code.proto where that names a status.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.rpc import error_details_pb2, status_pb2

Fragment = dict[str, Any]

_TRANSCODED = "x-envoy-original-path"
_ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"
_NOT_SIGNED_IN = "The access token is missing, expired or not valid: sign in again."
_OWN_WORDS = "%LOCAL_REPLY_BODY%"
_TOO_MANY = "Too many requests. Wait as long as Retry-After says, then try again."
# Seconds, as gateway/ratelimit says; a Duration in JSON has its unit.
_RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "%RESP(RETRY-AFTER)%s"}


@dataclass(frozen=True)
class Reply:
    """The error for an HTTP status: gRPC ``code``, ``message``, ``reason`` of ``xorb.common.v1``.

    ``details`` come after the reason; ``answer`` is the HTTP status to answer with, where it is another.
    """

    code: int
    message: str
    reason: str = ""
    answer: int | None = None
    details: tuple[Fragment, ...] = ()


REPLIES: Mapping[int, Reply] = {
    400: Reply(3, _OWN_WORDS),
    401: Reply(16, _NOT_SIGNED_IN, "UNAUTHENTICATED"),
    # Envoy's answer to a token for another audience; the edge itself allows or denies nothing else.
    403: Reply(16, _NOT_SIGNED_IN, "UNAUTHENTICATED", answer=401),
    404: Reply(5, "There is no such method or page: see /docs.", "NOT_FOUND"),
    405: Reply(12, "The path exists but not with this HTTP method: see /docs."),
    408: Reply(4, "The request did not arrive in time.", "DEADLINE_EXCEEDED"),
    413: Reply(8, "The request is too large: a body may have 4 MiB."),
    415: Reply(3, "The content type is not supported: send application/json."),
    426: Reply(9, "The connection has to be upgraded."),
    429: Reply(8, _TOO_MANY, "RATE_LIMITED", details=(_RETRY,)),
    431: Reply(8, "The request's headers are too large."),
    500: Reply(13, "The request failed inside of the edge.", "INTERNAL"),
    501: Reply(12, "The path exists but not with this HTTP method: see /docs."),
    502: Reply(14, "The service did not answer properly: try again.", "UNAVAILABLE"),
    503: Reply(14, "The service is not there at the moment: try again.", "UNAVAILABLE"),
    504: Reply(4, "The service did not answer in time.", "DEADLINE_EXCEEDED"),
}
"""Every status the edge is known to answer with by itself."""

_NO_UPGRADE = Reply(
    5, "There is no stream at this path that a WebSocket could show: see /docs.", "NOT_FOUND", answer=404
)
_OTHER = Reply(2, _OWN_WORDS)


def local_replies() -> Fragment:
    """Envoy's ``LocalReplyConfig``: one mapper per status and one for the rest; the first that fits counts."""
    upgrade = {"header_filter": {"header": {"name": "upgrade", "present_match": True}}}
    known = [_mapper([_status(status, "EQ")], reply) for status, reply in REPLIES.items()]
    first = [_mapper([_status(403, "EQ"), upgrade], _NO_UPGRADE), _too_many()]
    return {"mappers": [*first, *known, _mapper([_status(400, "GE")], _OTHER)]}


def body(reply: Reply) -> Fragment:
    """The error as proto3 JSON."""
    info = {"@type": _ERROR_INFO, "reason": reply.reason, "domain": "xorb", "metadata": {}}
    return {
        "code": reply.code,
        "message": reply.message,
        "details": [*([info] if reply.reason else []), *reply.details],
    }


def _too_many() -> Fragment:
    """What gRPC is told with 429: the status's details are base64 in a header, and say the same as the others."""
    info = error_details_pb2.ErrorInfo(reason=REPLIES[429].reason, domain="xorb")
    status = status_pb2.Status(code=REPLIES[429].code, message=_TOO_MANY)
    status.details.add().Pack(info)
    encoded = base64.b64encode(status.SerializeToString()).decode().rstrip("=")
    grpc = {"name": "content-type", "string_match": {"prefix": "application/grpc"}}
    header = {"key": "grpc-status-details-bin", "value": encoded}
    return {
        "filter": {"and_filter": {"filters": [_status(429, "EQ"), {"header_filter": {"header": grpc}}, _as_it_came()]}},
        "body_format_override": {"text_format_source": {"inline_string": _TOO_MANY}},
        "headers_to_add": [{"header": header, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}],
    }


def _mapper(filters: list[Fragment], reply: Reply) -> Fragment:
    status_code = {} if reply.answer is None else {"status_code": reply.answer}
    return status_code | {
        "filter": {"and_filter": {"filters": [*filters, _not_grpc()]}},
        "body_format_override": {"json_format": body(reply), "content_type": "application/json"},
    }


def _status(status: int, operation: str) -> Fragment:
    value = {"default_value": status, "runtime_key": "edge.status"}
    return {"status_code_filter": {"comparison": {"op": operation, "value": value}}}


def _not_grpc() -> Fragment:
    """Not for gRPC, whose errors are in trailers; a transcoded request is gRPC by now, but had another path."""
    grpc = {
        "name": "content-type",
        "string_match": {"prefix": "application/grpc"},
        "invert_match": True,
        "treat_missing_header_as_empty": True,
    }
    transcoded = {"header_filter": {"header": {"name": _TRANSCODED, "present_match": True}}}
    return {"or_filter": {"filters": [{"header_filter": {"header": grpc}}, transcoded]}}


def _as_it_came() -> Fragment:
    """Not transcoded."""
    return {"header_filter": {"header": {"name": _TRANSCODED, "present_match": True, "invert_match": True}}}
