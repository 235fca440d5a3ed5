"""Envoy's messages: the part of `envoy.service.ratelimit.v3` that is spoken here, from bytes and to bytes.

Source: `envoy/service/ratelimit/v3/rls.proto` and `envoy/extensions/common/ratelimit/v3/ratelimit.proto` of Envoy's v3
API. Field numbers and types are those; what isn't named here is skipped on reading (docs/adr/0004 says why the messages
aren't an installed package's).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

SERVICE = "envoy.service.ratelimit.v3.RateLimitService"
METHOD = "ShouldRateLimit"

_PACKAGE = "xorb.gateway.ratelimit"
_OK, _OVER_LIMIT = 1, 2
_FIELD = descriptor_pb2.FieldDescriptorProto
_STRING, _NUMBER, _LONG = _FIELD.TYPE_STRING, _FIELD.TYPE_UINT32, _FIELD.TYPE_UINT64
# By message: name, number and type of each field; a message's name as a type, in a list where repeated.
_MESSAGES: dict[str, list[tuple[str, int, Any]]] = {
    "Entry": [("key", 1, _STRING), ("value", 2, _STRING)],
    "Count": [("value", 1, _LONG)],
    "Descriptor": [("entries", 1, ["Entry"]), ("hits_addend", 3, "Count")],
    "Request": [("domain", 1, _STRING), ("descriptors", 2, ["Descriptor"]), ("hits_addend", 3, _NUMBER)],
    "Status": [("code", 1, _NUMBER)],
    "Header": [("key", 1, _STRING), ("value", 2, _STRING)],
    "Response": [("overall_code", 1, _NUMBER), ("statuses", 2, ["Status"]), ("headers", 3, ["Header"])],
}


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
    """

    admitted: Sequence[bool]
    headers: Iterable[tuple[str, str]] = ()


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
    return RateLimitResponse(admitted, tuple((one.key, one.value) for one in message.headers))


def _code(admitted: bool) -> int:
    return _OK if admitted else _OVER_LIMIT


def _classes() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="gateway/ratelimit.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        file.message_type.add(name=name, field=[_field(*one) for one in fields])
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClassesForFiles([file.name], pool)


def _field(name: str, number: int, kind: Any) -> descriptor_pb2.FieldDescriptorProto:  # noqa: ANN401 - see _MESSAGES
    label = _FIELD.LABEL_REPEATED if isinstance(kind, list) else _FIELD.LABEL_OPTIONAL
    kind = kind[0] if isinstance(kind, list) else kind
    if isinstance(kind, str):
        return _FIELD(name=name, number=number, label=label, type=_FIELD.TYPE_MESSAGE, type_name=f".{_PACKAGE}.{kind}")
    return _FIELD(name=name, number=number, label=label, type=kind)


_request, _response = (_classes()[f"{_PACKAGE}.{name}"] for name in ("Request", "Response"))
