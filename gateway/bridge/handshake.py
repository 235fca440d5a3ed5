"""Where a socket's token comes from: sub-protocol, `Authorization` header or first frame; never the URL."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import jwt
from google.rpc import code_pb2
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.typing import Subprotocol

from gateway.bridge import problems, requests

SUBPROTOCOL = Subprotocol("xorb.v1")
_BEARER_SUBPROTOCOL = "bearer."
_BEARER = "bearer "
# RFC 6750, section 2.1: b64token.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,8192}=*")
_KEYS = frozenset({"authorization", "resumeToken"})


@dataclass(frozen=True)
class Credentials:
    """What the client said first: its token, and where to go on (empty: from now on)."""

    token: str = field(repr=False)
    resume_token: str = ""


def choose_subprotocol(_connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """Answers `xorb.v1` to who offers it. The token among the offers is never sent back."""
    return SUBPROTOCOL if SUBPROTOCOL in offered else None


def of_headers(headers: Headers) -> Credentials | None:
    """Returns the credentials that came with the handshake, or None.

    Raises:
        Problem: A token is there but can't be one.
    """
    for header in headers.get_all("Sec-WebSocket-Protocol"):
        for offered in header.split(","):
            if offered.strip().startswith(_BEARER_SUBPROTOCOL):
                return Credentials(_checked(offered.strip().removeprefix(_BEARER_SUBPROTOCOL)))
    authorization = headers.get("Authorization")
    return Credentials(_bearer(authorization)) if authorization else None


async def of_first_frame(connection: ServerConnection, seconds: float) -> Credentials:
    """Waits for the first frame and returns the credentials in it.

    Raises:
        Problem: No frame came in time, or it holds no token.
        ConnectionClosed: The client has gone.
    """
    try:
        async with asyncio.timeout(seconds):
            frame = await connection.recv()
    except TimeoutError as error:
        raise _no_token(f"No token came within {seconds:g} seconds.", problems.NO_TOKEN_IN_TIME) from error
    content = requests.json_object(frame)
    if content is None:
        raise problems.invalid('The first frame must be {"authorization": "Bearer …"}')
    return _of_object(content)


def require_current(token: str) -> None:
    """Refuses a token that says itself that it has ended; whether one is good, only the services can tell.

    They look when a call is opened, and who joins a call that is open already opens none.

    Raises:
        Problem: UNAUTHENTICATED; it has ended.
    """
    try:
        jwt.decode(token, options={"verify_signature": False, "verify_exp": True})
    except jwt.ExpiredSignatureError as error:
        raise _no_token("The access token has ended. Refresh it, then connect again.") from error
    except (jwt.PyJWTError, RecursionError):
        return


def _of_object(content: dict[str, Any]) -> Credentials:
    unknown = sorted(set(content) - _KEYS)
    if unknown:
        raise problems.invalid(f"The first frame has an unknown field: {unknown[0][:64]}")
    resume_token = content.get("resumeToken", "")
    if not isinstance(resume_token, str):
        raise problems.invalid("resumeToken must be a text", "resumeToken")
    authorization = content.get("authorization")
    return Credentials(_bearer(authorization if isinstance(authorization, str) else ""), resume_token)


def _bearer(authorization: str) -> str:
    if not authorization.lower().startswith(_BEARER):
        raise _no_token("Send the access token as “Bearer …”.")
    return _checked(authorization[len(_BEARER) :].strip())


def _checked(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise _no_token("The access token is not of the form of a bearer token.")
    return token


def _no_token(message: str, close_code: int = 0) -> problems.Problem:
    return problems.problem(code_pb2.UNAUTHENTICATED, "UNAUTHENTICATED", message, close_code=close_code)
