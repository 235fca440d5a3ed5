"""Envoy's messages: the part of `envoy.service.ratelimit.v3` that is spoken here, from bytes and to bytes.

Source: `envoy/service/ratelimit/v3/rls.proto` and `envoy/extensions/common/ratelimit/v3/ratelimit.proto` of Envoy's v3
API. Field numbers and types are those; what isn't named here is skipped on reading (docs/adr/0004 says why the messages
aren't an installed package's).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from google.protobuf import json_format, struct_pb2

from gateway import messages
from gateway.messages import BYTES, STRING, UINT32, UINT64

SERVICE = "envoy.service.ratelimit.v3.RateLimitService"
METHOD = "ShouldRateLimit"

_OK, _OVER_LIMIT = 1, 2
_CLASSES = messages.declare(
    "xorb.gateway.ratelimit",
    {
        "Entry": [("key", 1, STRING), ("value", 2, STRING)],
        "Count": [("value", 1, UINT64)],
        "Descriptor": [("entries", 1, ["Entry"]), ("hits_addend", 3, "Count")],
        "Request": [("domain", 1, STRING), ("descriptors", 2, ["Descriptor"]), ("hits_addend", 3, UINT32)],
        "Status": [("code", 1, UINT32)],
        "Header": [("key", 1, STRING), ("value", 2, STRING)],
        "Response": [
            ("overall_code", 1, UINT32),
            ("statuses", 2, ["Status"]),
            ("headers", 3, ["Header"]),
            # A google.protobuf.Struct, which another pool has.
            ("dynamic_metadata", 6, BYTES),
        ],
    },
)
_request, _response = _CLASSES["Request"], _CLASSES["Response"]


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One thing that is counted: its keys with values, and for how many requests it counts."""

    entries: tuple[tuple[str, str], ...]
    cost: int


@dataclass(frozen=True, slots=True)
class RateLimitRequest:
    """A request that the edge asks about."""

    domain: str
    descriptors: tuple[Descriptor, ...]


@dataclass(frozen=True, slots=True)
class RateLimitResponse:
    """The answer.

    Attributes:
        admitted: Whether each descriptor has room.
        headers: What the edge adds to its response to the caller.
        metadata: What the edge's other filters are told.
    """

    admitted: Sequence[bool]
    headers: Iterable[tuple[str, str]] = ()
    metadata: Mapping[str, str | float] = field(default_factory=dict)


def parse(content: bytes) -> RateLimitRequest:
    """Returns the request that `content` holds.

    Raises:
        google.protobuf.message.DecodeError: It holds none.
    """
    message = _request.FromString(content)
    usual = message.hits_addend or 1
    return RateLimitRequest(
        message.domain,
        tuple(
            Descriptor(
                tuple((entry.key, entry.value) for entry in one.entries),
                one.hits_addend.value if one.HasField("hits_addend") else usual,
            )
            for one in message.descriptors
        ),
    )


def serialize(response: RateLimitResponse) -> bytes:
    """Returns the bytes of a response; it is over the limit if any of its descriptors is."""
    message = _response(
        overall_code=_code(all(response.admitted)),
        statuses=[{"code": _code(one)} for one in response.admitted],
        headers=[{"key": key, "value": value} for key, value in response.headers],
    )
    if response.metadata:
        # With presence: at a value without a kind Envoy's Lua filter would end the process.
        told = struct_pb2.Struct()
        told.update(dict(response.metadata))
        message.dynamic_metadata = told.SerializeToString()
    content: bytes = message.SerializeToString()
    return content


def request_bytes(request: RateLimitRequest) -> bytes:
    """Returns the bytes of a request, as the edge would send it."""
    message = _request(domain=request.domain)
    for one in request.descriptors:
        descriptor = message.descriptors.add(hits_addend={"value": one.cost})
        for key, value in one.entries:
            descriptor.entries.add(key=key, value=value)
    content: bytes = message.SerializeToString()
    return content


def response_of(content: bytes) -> RateLimitResponse:
    """Returns the response that `content` holds, as the edge would read it."""
    message = _response.FromString(content)
    admitted = tuple(one.code == _OK for one in message.statuses)
    told = json_format.MessageToDict(struct_pb2.Struct.FromString(message.dynamic_metadata))
    return RateLimitResponse(admitted, tuple((one.key, one.value) for one in message.headers), told)


def _code(admitted: bool) -> int:
    return _OK if admitted else _OVER_LIMIT
