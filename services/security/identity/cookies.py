"""Refresh tokens of browsers, in a cookie that no script can read (RFC 6265bis).

A browser's page asks for it with a header, `x-session: cookie`, on every call that has to do with it. A form or
an image of another site can't send that header, and a script of another site may send it only from an origin that the
edge's CORS rules allow; the origin is compared here once more. So the cookie alone moves nothing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from google.protobuf.message import Message
from xorb.security.v1 import identity_pb2

from services.mesh.calls import Call
from services.mesh.errors import Failure, Reason, invalid_field
from services.mesh.interceptors.layer import Context, Layer, Request, Unary
from services.mesh.policies import Method
from services.security.identity.domain import SESSION_LIFETIME

ASK = "x-session"
"""The header by which a page asks for the cookie; its value is `cookie`. (The edge keeps `x-xorb-` to itself.)"""

_COOKIE = "cookie"
_TOKENS = identity_pb2.SessionTokens.DESCRIPTOR.full_name


@dataclass(frozen=True, slots=True)
class Kind:
    """A cookie's name and its attributes.

    Over TLS the prefix `__Host-` binds it to this very host, and asks for the path `/`; the edge hands it to no other
    plane. Over plain http, which is for development on one machine, browsers take no such name.
    """

    name: str
    attributes: str

    def holding(self, token: str) -> str:
        """Returns the header `set-cookie` that keeps a token."""
        return f"{self.name}={token}; {self.attributes}; Max-Age={int(SESSION_LIFETIME.total_seconds())}"

    def cleared(self) -> str:
        """Returns the header `set-cookie` that removes it."""
        return f"{self.name}=; {self.attributes}; Max-Age=0"


SECURE = Kind("__Host-xorb-session", "Path=/; Secure; HttpOnly; SameSite=Strict")
PLAIN = Kind("xorb-session", "Path=/v1/sessions; HttpOnly; SameSite=Strict")


class Cookies(Layer):
    """The layer that keeps refresh tokens out of the hands of pages that ask for it.

    Args:
        origins: A regular expression for the origins whose pages may use sessions.
    """

    def __init__(self, origins: str) -> None:
        self._origins = re.compile(origins)

    async def unary(self, call: Call, method: Method, request: Request, context: Context, proceed: Unary) -> Message:
        """Puts the cookie's token into the request, and the response's token into the cookie.

        Raises:
            Failure: ORIGIN_REFUSED, INVALID_FIELD.
        """
        headers = _headers(context)
        kind = SECURE if headers.get("x-forwarded-proto") == "https" else PLAIN
        asked = headers.get(ASK) == _COOKIE
        if asked:
            self._require_origin(headers)
            _present(request, _value(headers, kind))
        response = await proceed(request)
        ends = method.descriptor.name == "SignOut"
        if asked and ends:
            await context.send_initial_metadata((("set-cookie", kind.cleared()),))
        for tokens in _tokens(response) if asked else ():
            await context.send_initial_metadata((("set-cookie", kind.holding(tokens.refresh_token)),))
            tokens.ClearField("refresh_token")
        return response

    def _require_origin(self, headers: Mapping[str, str]) -> None:
        origin = headers.get("origin")
        if origin is not None and not self._origins.fullmatch(origin):
            raise Failure(Reason.ORIGIN_REFUSED)


def _present(request: Request, token: str) -> None:
    """Gives a request to go on with a session the cookie's token."""
    if not isinstance(request, identity_pb2.RefreshSessionRequest):
        return
    if request.refresh_token:
        raise invalid_field("refresh_token", f"{ASK} says that the token is in a cookie; leave it out")
    if not token:
        raise Failure(Reason.INVALID_REFRESH_TOKEN)
    request.refresh_token = token


def _tokens(response: Message) -> Iterator[identity_pb2.SessionTokens]:
    """Yields the tokens in a response, itself or a part of it; none where a second step is asked for first."""
    if isinstance(response, identity_pb2.SessionTokens):
        if response.refresh_token:
            yield response
        return
    for field, value in response.ListFields():
        if field.message_type is not None and field.message_type.full_name == _TOKENS:
            yield value


def _value(headers: Mapping[str, str], kind: Kind) -> str:
    pairs = (pair.strip().partition("=") for pair in headers.get(_COOKIE, "").split(";"))
    return next((value for name, _, value in pairs if name == kind.name), "")


def _headers(context: Context) -> Mapping[str, str]:
    """Returns the call's headers; HTTP/2 may have cut the cookies into several (RFC 9113, section 8.2.3)."""
    found: dict[str, str] = {}
    for name, value in context.invocation_metadata() or ():
        text = str(value)
        found[name] = f"{found[name]}; {text}" if name == _COOKIE and name in found else text
    return found
