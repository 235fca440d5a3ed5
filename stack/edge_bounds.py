"""How much and how long the edge puts up with: time-outs, connections, memory; each by a setting."""

import resource
import socket
from dataclasses import dataclass
from typing import Any

from stack.errors import StackError
from stack.settings import StackSettings

_RESERVED_FILES = 512
_UNSENT = 128 * 1024


@dataclass(frozen=True)
class Bounds:
    """Bounds of the whole edge.

    ``headers_seconds``, ``request_seconds``: from the first byte to the last of the headers, of the whole request.
    ``idle_seconds``: without a byte in either direction on a request that isn't a stream. ``connection_seconds``: how
    old a connection gets, streams excepted. ``connections`` at once; ``heap_mebibytes`` of memory.
    """

    headers_seconds: float
    request_seconds: float
    idle_seconds: float
    connection_seconds: float
    connections: int
    heap_mebibytes: int

    def values(self) -> dict[str, Any]:
        """What ``envoy/edge.yaml`` asks for, durations as protobuf's JSON has them."""
        return {
            "headers_timeout": f"{self.headers_seconds}s",
            "request_timeout": f"{self.request_seconds}s",
            "idle_timeout": f"{self.idle_seconds}s",
            "connection_time": f"{self.connection_seconds}s",
            "maximum_connections": self.connections,
            "maximum_heap": self.heap_mebibytes * 1024 * 1024,
        }


def bounds(settings: StackSettings) -> Bounds:
    """The bounds of this installation.

    Raises:
        StackError: a setting is not a positive number; the message names it.
    """
    return Bounds(
        headers_seconds=_number(settings, "XORB_EDGE_HEADERS_SECONDS", 10),
        request_seconds=_number(settings, "XORB_EDGE_REQUEST_SECONDS", 60),
        idle_seconds=_number(settings, "XORB_EDGE_IDLE_SECONDS", 60),
        connection_seconds=_number(settings, "XORB_EDGE_CONNECTION_SECONDS", 3600),
        connections=int(_number(settings, "XORB_EDGE_CONNECTIONS", _connections())),
        heap_mebibytes=int(_number(settings, "XORB_EDGE_HEAP_MIB", 1024)),
    )


def socket_options() -> list[dict[str, Any]]:
    """What the kernel may keep for a reader that doesn't read (tcp(7)); of itself it would be megabytes.

    Empty where the kernel has no such bound.
    """
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    if option is None:
        return []
    return [{"level": socket.IPPROTO_TCP, "name": option, "int_value": _UNSENT, "state": "STATE_PREBIND"}]


def _connections() -> int:
    """Each connection through the edge takes two files, and some are needed for other things."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(64, (soft - _RESERVED_FILES) // 2)


def _number(settings: StackSettings, name: str, default: float) -> float:
    text = settings.environment.get(name) or str(default)
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise StackError(f"{name} must be a positive number, but is {text!r}")
    return number
