"""One call over each of the edge's transports, and what it came to."""

import asyncio
import base64
import json
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import httpx
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from tests.contracts.answers import over_grpc
from tests.contracts.catalogue import Entry
from tests.contracts.matrix import Result
from tests.contracts.rest import rest_call
from tests.e2e.platform import Platform

_SECONDS = 60
_REFUSED_SECONDS = 2.0
_NOT_FOUND = Result(5, "NOT_FOUND")
_WEB = "application/grpc-web+proto"

Caller = Callable[[Entry, Message, str], Awaitable[Result]]


@dataclass(frozen=True)
class Transports:
    """The ways in; each takes a method, a request and a token."""

    platform: Platform
    client: httpx.AsyncClient

    def ways(self) -> dict[str, Caller]:
        """Every transport by its name."""
        return {"gRPC": self.grpc, "REST": self.rest, "gRPC-Web": self.grpc_web, "WebSocket": self.websocket}

    async def grpc(self, entry: Entry, request: Message, token: str) -> Result:
        """A gRPC call; of a stream its first record."""
        answer = await over_grpc(self.platform.channel, entry, request, token)
        return Result(answer.code, answer.reason)

    async def rest(self, entry: Entry, request: Message, token: str) -> Result:
        """The REST request of the method's first binding; of a method without one, what somebody would guess."""
        if entry.method.bindings:
            call = rest_call(entry.method, request)
            verb, path, body = call.verb, call.path, call.body
        else:
            verb, path, body = "POST", entry.method.grpc_path, {}
        content = None if body is None else json.dumps(body)
        headers = _authorization(token) | ({"content-type": "application/json"} if content else {})
        response = await self.client.request(verb, path, content=content, headers=headers)
        return of_json(response.json()) if response.status_code >= 400 else Result(0, "")

    async def grpc_web(self, entry: Entry, request: Message, token: str) -> Result:
        """A gRPC-Web call, whose trailers are its body's last frame or, without a body, its headers."""
        content = request.SerializeToString()
        framed = struct.pack(">BI", 0, len(content)) + content
        headers = _authorization(token) | {"content-type": _WEB, "x-grpc-web": "1"}
        async with self.client.stream("POST", entry.method.grpc_path, content=framed, headers=headers) as response:
            if "grpc-status" in response.headers:
                return _of_trailers(dict(response.headers))
            async for trailers in _trailers(response):
                return _of_trailers(trailers)
        return Result(0, "")

    async def websocket(self, entry: Entry, request: Message, token: str) -> Result:
        """A WebSocket on the path of the stream: the status in its last frame."""
        path = rest_call(entry.method, request).path
        url = f"ws://{self.platform.address}{path}"
        try:
            async with connect(url, subprotocols=[Subprotocol("xorb.v1")], proxy=None) as socket:
                await socket.send(json.dumps({"authorization": f"Bearer {token}" if token else ""}))
                with suppress(ConnectionClosed):
                    frame = await _heard(socket) if entry.method.descriptor.client_streaming else await socket.recv()
                    record = json.loads(frame)
                    return of_json(record["end"]) if "end" in record else Result(0, "")
        except InvalidStatus as error:
            return _NOT_FOUND if error.response.status_code == 404 else Result(2, str(error))
        return Result(2, "cut off")


async def _heard(socket: ClientConnection) -> str | bytes:
    """The first frame of a call that is refused at once, or that is sent an empty request.

    Not both at the same moment: gRPC tells a caller who writes while the refusal is under way of the failed write only.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(_REFUSED_SECONDS):
            return await socket.recv()
    await socket.send("{}")
    return await socket.recv()


@asynccontextmanager
async def transports(platform: Platform) -> AsyncIterator[Transports]:
    """The ways into a platform, over connections that are kept."""
    async with httpx.AsyncClient(base_url=f"http://{platform.address}", timeout=_SECONDS, trust_env=False) as client:
        yield Transports(platform, client)


def of_json(status: dict[str, Any]) -> Result:
    """What a `google.rpc.Status` in JSON says."""
    reasons = [detail["reason"] for detail in status.get("details", ()) if detail.get("domain") == "xorb"]
    return Result(status.get("code", 0), "".join(reasons))


def _authorization(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}


async def _trailers(response: httpx.Response) -> AsyncIterator[dict[str, str]]:
    """Yields the trailers when they come; a stream that goes on has none, and its first record ends the reading."""
    waiting = b""
    async for chunk in response.aiter_bytes():
        waiting += chunk
        while len(waiting) >= 5 and len(waiting) >= 5 + (size := int.from_bytes(waiting[1:5])):
            kind, content, waiting = waiting[0], waiting[5 : 5 + size], waiting[5 + size :]
            if kind & 0x80:
                lines = content.decode().split("\r\n")
                yield {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines if line)}
                return
            if "watch" in str(response.url).lower():
                return


def _of_trailers(trailers: dict[str, str]) -> Result:
    details = trailers.get("grpc-status-details-bin", "")
    return Result(int(trailers.get("grpc-status", "0")), _reason(unquote(details)))


def _reason(details: str) -> str:
    status, info = status_pb2.Status(), error_details_pb2.ErrorInfo()
    status.MergeFromString(base64.b64decode(details + "=" * (-len(details) % 4)))
    return info.reason if any(detail.Unpack(info) for detail in status.details) else ""
