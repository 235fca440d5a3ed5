"""Envoy's messages: the part of `envoy.service.auth.v3` that is spoken here.

Source: `envoy/service/auth/v3/external_auth.proto` and `attribute_context.proto` of Envoy's v3 API. Field numbers and
types are those; what isn't named here is skipped on reading (docs/adr/0004 says why the messages aren't a package's).
"""

from gateway import messages
from gateway.messages import BOOL, STRING, UINT32

SERVICE = "envoy.service.auth.v3.Authorization"
METHOD = "Check"

_OK, _UNAUTHENTICATED = 0, 16
_HTTP_UNAUTHORIZED = 401
_OVERWRITE = 2
_CLASSES = messages.declare(
    "xorb.gateway.keys",
    {
        # A map on the wire: its entries.
        "Entry": [("key", 1, STRING), ("value", 2, STRING)],
        "Http": [("headers", 3, ["Entry"])],
        "Request": [("http", 2, "Http")],
        "Attributes": [("request", 4, "Request")],
        "CheckRequest": [("attributes", 1, "Attributes")],
        "Status": [("code", 1, UINT32)],
        "Header": [("key", 1, STRING), ("value", 2, STRING)],
        "Flag": [("value", 1, BOOL)],
        "HeaderOption": [("header", 1, "Header"), ("append", 2, "Flag"), ("append_action", 3, UINT32)],
        "Denied": [("status", 1, "Status")],
        "Admitted": [("headers", 2, ["HeaderOption"])],
        "CheckResponse": [("status", 1, "Status"), ("denied", 2, "Denied"), ("admitted", 3, "Admitted")],
    },
)
_request, _response = _CLASSES["CheckRequest"], _CLASSES["CheckResponse"]


def authorization_of(content: bytes) -> str:
    """Returns the `authorization` header of the request that the edge asks about; empty for none.

    Raises:
        google.protobuf.message.DecodeError: `content` is no `CheckRequest`.
    """
    headers = _request.FromString(content).attributes.request.http.headers
    return next((str(entry.value) for entry in headers if entry.key == "authorization"), "")


def asked(authorization: str) -> bytes:
    """Returns the bytes of a `CheckRequest`, as the edge would send it."""
    message = _request()
    message.attributes.request.http.headers.add(key="authorization", value=authorization)
    content: bytes = message.SerializeToString()
    return content


def admitted(authorization: str) -> bytes:
    """Returns the bytes of the answer that lets a request go on with another `authorization` header."""
    option = {
        "header": {"key": "authorization", "value": authorization},
        "append": {"value": False},
        "append_action": _OVERWRITE,
    }
    content: bytes = _response(status={"code": _OK}, admitted={"headers": [option]}).SerializeToString()
    return content


def denied() -> bytes:
    """Returns the bytes of the answer that ends a request with 401."""
    message = _response(status={"code": _UNAUTHENTICATED}, denied={"status": {"code": _HTTP_UNAUTHORIZED}})
    content: bytes = message.SerializeToString()
    return content


def answer(content: bytes) -> str | None:
    """Returns the `authorization` header of an answer, as the edge would read it; None where it denies."""
    message = _response.FromString(content)
    if message.status.code != _OK:
        return None
    return str(message.admitted.headers[0].header.value)
