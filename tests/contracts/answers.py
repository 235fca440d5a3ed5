"""What the platform answers to a call, in a form in which answers over gRPC and over REST compare field by field."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import grpc.aio
from google.protobuf import json_format
from google.protobuf.message import Message
from grpc_status import rpc_status

from stack import http
from tests.contracts.catalogue import Entry
from tests.contracts.rest import rest_call
from tests.e2e.platform import Platform

_SECONDS = 60
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = re.compile(rf"(?:operations/)?organizations/{_UUID}(?:/[A-Za-z]+/{_UUID})*")
Details = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Answer:
    """A status without the names in its message.

    Attributes:
        code: The `google.rpc.Code`; 0 for a call that succeeded.
        http: The HTTP status; 0 over gRPC.
        details: As JSON.
        headers: What else came with it, other than what differs from call to call.
    """

    code: int
    message: str = ""
    details: Details = ()
    http: int = 0
    headers: frozenset[str] = frozenset()

    @property
    def reason(self) -> str:
        """The reason of the platform's own errors; empty for others."""
        return "".join(detail["reason"] for detail in self.details if detail.get("domain") == "xorb")


async def over_grpc(channel: grpc.aio.Channel, entry: Entry, request: Message, token: str = "") -> Answer:
    """The answer to a call, of a stream that to its first record."""
    metadata = [("authorization", f"Bearer {token}")] if token else []
    kind: Any = channel.unary_stream if entry.method.streams else channel.unary_unary
    method = kind(entry.method.grpc_path, entry.request.SerializeToString, entry.response.FromString)
    call = method(request, metadata=metadata, timeout=_SECONDS)
    try:
        await (call.read() if entry.method.streams else call)
    except grpc.aio.AioRpcError as error:
        return _refused(error)
    finally:
        call.cancel()
    return Answer(0)


async def over_rest(platform: Platform, entry: Entry, request: Message, token: str = "") -> Answer:
    """The answer to the call that the request is over REST; of a stream that succeeds, this waits for its end."""
    call = rest_call(entry.method, request)
    return of_response(await platform.rest(call.verb, call.path, call.body, token=token, seconds=_SECONDS))


def of_response(response: http.Response) -> Answer:
    """The answer that an HTTP response is; an error has to be JSON."""
    if response.status < 400:
        return Answer(0, http=response.status)
    assert response.headers["content-type"] == "application/json"
    status = response.json()
    assert set(status) == {"code", "message", "details"}
    headers = frozenset(response.headers) - {"date", "content-length", "x-request-id"}
    return Answer(status["code"], _nameless(status["message"]), status["details"], response.status, headers)


def _refused(error: grpc.aio.AioRpcError) -> Answer:
    status = rpc_status.from_call(error)
    code, keys = error.code().value[0], frozenset(key for key, _ in error.trailing_metadata() or ())
    if status is None:
        return Answer(code, _nameless(error.details() or ""), headers=keys)
    assert (status.code, status.message) == (code, error.details())
    details = [
        json_format.MessageToDict(detail, always_print_fields_with_no_presence=True) for detail in status.details
    ]
    return Answer(code, _nameless(status.message), details, headers=keys)


def _nameless(text: str) -> str:
    return _NAME.sub("<name>", text)
