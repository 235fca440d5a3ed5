"""The edge's own errors, as JSON: ``google.rpc.Status`` for whoever did not come with gRPC.

HTTP statuses and gRPC codes correspond as in google/rpc/code.proto where that names a status.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from google.rpc import error_details_pb2, status_pb2

Fragment = dict[str, Any]

_TRANSCODED = "x-envoy-original-path"
_ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"
_NOT_SIGNED_IN = "The access token is missing, expired or not valid: sign in again."
_OWN_WORDS = "%LOCAL_REPLY_BODY%"
_TOO_MANY = "Too many requests. Wait as long as Retry-After says, then try again."
_NO_METHOD = "The path exists but not with this HTTP method: see /docs."
# Seconds, as gateway/ratelimit says; a Duration in JSON has its unit.
_RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "%RESP(RETRY-AFTER)%s"}


@dataclass(frozen=True)
class Reply:
    """The error for an HTTP status: gRPC ``code``, ``message``, ``reason`` of ``xorb.common.v1``.

    ``details`` come after the reason, ``metadata`` is the reason's; ``answer`` is the HTTP status to answer with,
    where it is another.
    """

    code: int
    message: str
    reason: str
    answer: int | None = None
    details: tuple[Fragment, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)


# Which rule it broke, in Envoy's words, such as `path_normalization_failed`: what the sender has to mend.
_WHY = {"rule": "%RESPONSE_CODE_DETAILS%"}
_MALFORMED = Reply(3, "The request is not well-formed HTTP, or is ambiguous.", "MALFORMED_REQUEST", metadata=_WHY)

REPLIES: Mapping[int, Reply] = {
    400: _MALFORMED,
    401: Reply(16, _NOT_SIGNED_IN, "UNAUTHENTICATED"),
    # Envoy's answer to a token for another audience; the edge itself allows or denies nothing else.
    403: Reply(16, _NOT_SIGNED_IN, "UNAUTHENTICATED", answer=401),
    404: Reply(5, "There is no such method or page: see /docs.", "NOT_FOUND"),
    405: Reply(12, _NO_METHOD, "METHOD_NOT_FOUND"),
    408: Reply(4, "The request did not arrive in time.", "DEADLINE_EXCEEDED"),
    413: Reply(8, "The request's body is larger than this method takes.", "REQUEST_TOO_LARGE"),
    415: Reply(3, "The content type is not supported: send application/json.", "MALFORMED_REQUEST"),
    426: Reply(3, "HTTP/1.1 or HTTP/2 is needed here.", "MALFORMED_REQUEST"),
    429: Reply(8, _TOO_MANY, "RATE_LIMITED", details=(_RETRY,)),
    431: Reply(8, "The request's headers are too large or too many.", "REQUEST_TOO_LARGE"),
    500: Reply(13, "The request failed inside of the edge.", "INTERNAL"),
    501: Reply(12, _NO_METHOD, "METHOD_NOT_FOUND"),
    502: Reply(14, "The service did not answer properly: try again.", "UNAVAILABLE"),
    503: Reply(14, "The service is not there at the moment: try again.", "UNAVAILABLE"),
    504: Reply(4, "The service did not answer in time.", "DEADLINE_EXCEEDED"),
}
"""Every status the edge is known to answer with by itself."""

_NO_UPGRADE = Reply(
    5, "There is no stream at this path that a WebSocket could show: see /docs.", "NOT_FOUND", answer=404
)
# gRPC calls a path of no method UNIMPLEMENTED (grpc/doc/http-grpc-status-mapping.md).
_NO_RPC = Reply(12, "There is no such method: see /docs.", "METHOD_NOT_FOUND")
_OTHER_CLIENT = Reply(3, "The request can't be served.", "MALFORMED_REQUEST", metadata=_WHY)
_CAME_AS_GRPC = {"name": "content-type", "string_match": {"prefix": "application/grpc"}}
_OTHER_SERVER = Reply(13, "The request failed inside of the edge.", "INTERNAL")


def local_replies() -> Fragment:
    """Envoy's ``LocalReplyConfig``: a mapper per status and kind of client, then for the rest; the first counts."""
    upgrade = {"header_filter": {"header": {"name": "upgrade", "present_match": True}}}
    known = [
        mapper
        for status, reply in REPLIES.items()
        for mapper in (
            _json([_status(status, "EQ")], reply),
            _grpc([_status(status, "EQ"), _as_it_came()], _for_grpc(status, reply)),
        )
    ]
    first = [_json([_status(403, "EQ"), upgrade], _NO_UPGRADE), _json([_status(400, "EQ"), _looked_into()], _refused())]
    rest = [
        mapper
        for least, reply in ((500, _OTHER_SERVER), (400, _OTHER_CLIENT))
        for mapper in (_json([_status(least, "GE")], reply), _grpc([_status(least, "GE"), _as_it_came()], reply))
    ]
    return {"mappers": [*first, *known, *rest]}


def mesh_replies() -> Fragment:
    """``LocalReplyConfig`` of sidecars, which carry gRPC only: what they say in a service's place has a reason, too."""
    return {"mappers": [_grpc([_status(status, "EQ")], REPLIES[status]) for status in (502, 503, 504)]}


def body(reply: Reply) -> Fragment:
    """The error as proto3 JSON."""
    info = {"@type": _ERROR_INFO, "reason": reply.reason, "domain": "xorb", "metadata": dict(reply.metadata)}
    return {"code": reply.code, "message": reply.message, "details": [info, *reply.details]}


def _refused() -> Reply:
    """Where a filter has looked into the request and says itself what is wrong with it."""
    return Reply(3, _OWN_WORDS, "MALFORMED_REQUEST")


def _for_grpc(status: int, reply: Reply) -> Reply:
    return _NO_RPC if status == HTTPStatus.NOT_FOUND else reply


def _json(filters: list[Fragment], reply: Reply) -> Fragment:
    status_code = {} if reply.answer is None else {"status_code": reply.answer}
    return status_code | {
        "filter": {"and_filter": {"filters": [*filters, _not_grpc()]}},
        "body_format_override": {"json_format": body(reply), "content_type": "application/json"},
    }


def _grpc(filters: list[Fragment], reply: Reply) -> Fragment:
    """What gRPC is told: the status's details are base64 in a header, and say the same as the other headers."""
    info = error_details_pb2.ErrorInfo(reason=reply.reason, domain="xorb")
    whole = status_pb2.Status(code=reply.code, message=reply.message)
    whole.details.add().Pack(info)
    headers = {
        "grpc-status": str(reply.code),
        "grpc-status-details-bin": base64.b64encode(whole.SerializeToString()).decode().rstrip("="),
    }
    return {
        "filter": {"and_filter": {"filters": [*filters, {"header_filter": {"header": _CAME_AS_GRPC}}]}},
        "body_format_override": {"text_format_source": {"inline_string": reply.message}},
        "headers_to_add": [
            {"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
            for key, value in headers.items()
        ],
    }


def _status(status: int, operation: str) -> Fragment:
    value = {"default_value": status, "runtime_key": "edge.status"}
    return {"status_code_filter": {"comparison": {"op": operation, "value": value}}}


def _looked_into() -> Fragment:
    """``envoy/edge.lua`` has seen the request: it was well-formed enough to come that far."""
    seen = {"filter": "xorb.edge", "path": [{"key": "seen"}], "value": {"bool_match": True}}
    return {"metadata_filter": {"matcher": seen, "match_if_key_not_found": False}}


def _not_grpc() -> Fragment:
    """Not for gRPC, whose errors are in trailers; a transcoded request is gRPC by now, but had another path."""
    other = _CAME_AS_GRPC | {"invert_match": True, "treat_missing_header_as_empty": True}
    transcoded = {"header_filter": {"header": {"name": _TRANSCODED, "present_match": True}}}
    return {"or_filter": {"filters": [{"header_filter": {"header": other}}, transcoded]}}


def _as_it_came() -> Fragment:
    """Not transcoded."""
    return {"header_filter": {"header": {"name": _TRANSCODED, "present_match": True, "invert_match": True}}}
