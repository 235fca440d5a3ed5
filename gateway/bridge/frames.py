"""Server frames: response messages as proto3's JSON, each encoded once however many sockets get it."""

import json
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from google.rpc import status_pb2
from websockets import frames as websocket_frames

from gateway.bridge import problems
from gateway.bridge.routes import Route

_REMEMBERED_FRAMES = 256
_LONGEST_REMEMBERED = 16 * 1024


@dataclass(frozen=True)
class Frame:
    """One server frame.

    Attributes:
        text: The JSON, in UTF-8.
        resume_token: The token to go on right after this frame; empty where the method has none.
        end: The status of a message that says itself how the stream ends.
    """

    text: bytes
    resume_token: str = ""
    end: status_pb2.Status | None = None

    @cached_property
    def wire(self) -> bytes:
        """The bytes that a server sends for it: one unmasked text frame (RFC 6455, section 5.2), made once."""
        return websocket_frames.Frame(websocket_frames.Opcode.TEXT, self.text).serialize(mask=False)


class Encoder:
    """Turns serialized responses into frames and remembers the latest.

    Many calls carry the same event at the same moment, one for each user: only the first pays for the JSON.
    """

    def __init__(self) -> None:
        self._frames: OrderedDict[tuple[str, bytes], Frame] = OrderedDict()

    def encode(self, route: Route, data: bytes) -> Frame:
        """Returns the frame of a serialized response of the route's method."""
        key = (route.grpc_path, data)
        known = self._frames.get(key)
        if known is not None:
            return known
        frame = of_message(route.response_class.FromString(data))
        if len(data) <= _LONGEST_REMEMBERED:
            self._frames[key] = frame
            if len(self._frames) > _REMEMBERED_FRAMES:
                self._frames.popitem(last=False)
        return frame


def of_message(message: Message) -> Frame:
    """Returns the frame of a response message."""
    fields = message.DESCRIPTOR.fields_by_name
    end = getattr(message, "end", None) if "end" in fields and _is_set(message, "end") else None
    content: dict[str, Any] = json_format.MessageToDict(message)
    if isinstance(end, status_pb2.Status):
        content["end"] = problems.to_dict(end)
    return Frame(
        text=_json(content),
        resume_token=str(getattr(message, "resume_token", "")),
        end=end if isinstance(end, status_pb2.Status) else None,
    )


def checkpoint(route: Route, resume_token: str) -> Frame:
    """Returns a checkpoint for who joins a watch that has caught up already; the route's method must be a watch."""
    message: Any = route.response_class()
    message.checkpoint.time.GetCurrentTime()
    message.resume_token = resume_token
    return of_message(message)


def terminal(status: status_pb2.Status, resume_token: str) -> Frame:
    """Returns the last frame of a socket."""
    content: dict[str, Any] = {"end": problems.to_dict(status)}
    if resume_token:
        content["resumeToken"] = resume_token
    return Frame(_json(content), resume_token, status)


def _is_set(message: Message, name: str) -> bool:
    field = message.DESCRIPTOR.fields_by_name[name]
    return bool(field.has_presence) and message.HasField(name)


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
