"""Envoy's messages as far as they are spoken here, declared field by field (docs/adr/0004 says why)."""

from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_FIELD = descriptor_pb2.FieldDescriptorProto

STRING, UINT32, UINT64 = _FIELD.TYPE_STRING, _FIELD.TYPE_UINT32, _FIELD.TYPE_UINT64
BOOL, BYTES = _FIELD.TYPE_BOOL, _FIELD.TYPE_BYTES

Field = tuple[str, int, Any]
"""Name, number and type of a field; a message's name as a type, in a list where repeated."""


def declare(package: str, messages: Mapping[str, Sequence[Field]]) -> Mapping[str, Any]:
    """Returns message classes by name, in a descriptor pool of their own, so that they meet nobody else's.

    Args:
        package: Where the names are.
        messages: The fields of each message. A map's entries are messages of `key`, 1, and `value`, 2.
    """
    file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto3")
    for name, fields in messages.items():
        file.message_type.add(name=name, field=[_field(package, *one) for one in fields])
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    classes = message_factory.GetMessageClassesForFiles([file.name], pool)
    return {name: classes[f"{package}.{name}"] for name in messages}


def _field(package: str, name: str, number: int, kind: Any) -> descriptor_pb2.FieldDescriptorProto:  # noqa: ANN401 - see Field
    label = _FIELD.LABEL_REPEATED if isinstance(kind, list) else _FIELD.LABEL_OPTIONAL
    kind = kind[0] if isinstance(kind, list) else kind
    if isinstance(kind, str):
        return _FIELD(name=name, number=number, label=label, type=_FIELD.TYPE_MESSAGE, type_name=f".{package}.{kind}")
    return _FIELD(name=name, number=number, label=label, type=kind)
