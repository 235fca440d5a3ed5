"""Responses to calls that fail: which HTTP status, and which reasons an RPC documents for it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from tools.contracts.model import Contracts, Method
from tools.contracts.openapi.well_known import Schema

_CATALOGUE = "xorb.common.v1.ErrorReason"
_PREFIX = "ERROR_REASON_"
_ENTRY = re.compile(r"^([A-Z_]+)\. (.+)$", re.DOTALL)

_CLIENT_CLOSED = 499
HTTP_STATUS: Mapping[str, int] = {
    "INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "OUT_OF_RANGE": 400, "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403, "NOT_FOUND": 404, "ALREADY_EXISTS": 409, "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429, "CANCELLED": _CLIENT_CLOSED, "INTERNAL": 500, "UNIMPLEMENTED": 501, "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}  # fmt: skip
"""gRPC status code → HTTP status, as google/rpc/code.proto says and Envoy's transcoder does."""


@dataclass(frozen=True)
class Reason:
    """An entry of the catalogue: its gRPC status code and what it means."""

    name: str
    code: str
    meaning: str


def catalogue(contracts: Contracts) -> Mapping[str, Reason]:
    """Returns the reasons by their name without prefix; an entry without a status code in its comment is left out."""
    found = {}
    for key, comment in contracts.comments.items():
        enum, _, name = key.rpartition(".")
        entry = _ENTRY.match(comment)
        if enum == _CATALOGUE and entry:
            short = name.removeprefix(_PREFIX)
            found[short] = Reason(short, entry[1], entry[2])
    return found


def responses(method: Method, reasons: Mapping[str, Reason]) -> Schema:
    """Returns the error responses of an operation, by HTTP status, and the `default` one."""
    documented = {**method.reasons, **dict.fromkeys(_implied(method) - method.reasons.keys(), "")}
    by_status: dict[int, list[Reason]] = {}
    for name in documented:
        by_status.setdefault(HTTP_STATUS[reasons[name].code], []).append(reasons[name])
    made = {str(status): _response(status, found, documented) for status, found in sorted(by_status.items())}
    return {**made, "default": {"$ref": "#/components/responses/Error"}}


def _implied(method: Method) -> set[str]:
    """What any call can fail with, documented or not."""
    caller = method.policy.caller if method.policy else None
    implied = set() if caller == "public" else {"UNAUTHENTICATED"}
    return implied | ({"PERMISSION_DENIED"} if caller == "permission" else set())


def _response(status: int, reasons: list[Reason], remarks: Mapping[str, str]) -> Schema:
    phrase = "Cancelled" if status == _CLIENT_CLOSED else HTTPStatus(status).phrase
    lines = [f"- `{one.name}`{remarks[one.name]}: {one.meaning}" for one in reasons]
    return {
        "description": "\n".join([f"{phrase}.", "", *lines]),
        "content": content(),
        "x-xorb-reasons": [one.name for one in reasons],
    }


def content() -> Schema:
    """Returns the body of every error."""
    return {"application/json": {"schema": {"$ref": "#/components/schemas/google.rpc.Status"}}}
