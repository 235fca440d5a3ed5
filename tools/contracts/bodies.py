"""How large the JSON body of a method can be: what the rules of its fields (`buf.validate`) allow, rounded up.

The edge refuses what is larger before a service sees it. An upper bound is wanted, not the exact size: indentation and
fields that a client sends back without being asked have room as well.
"""

from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from tools.contracts.model import Binding, Contracts, Method, Options

SMALLEST = 64 * 1024
"""Bytes that every method takes: most need far less."""
LARGEST = 4 * 1024 * 1024
"""Bytes that no method takes more than, the limit of a gRPC message (gRPC's default)."""

# JSON may write each character as escapes: two of six characters for those beyond the basic plane (RFC 8259, 7).
_RAW = "google.api.HttpBody"
_ESCAPED = 12
_SCALAR = 64
_TEXT = 4096
_ITEMS = 32
_PUNCTUATION = 8
_DEPTH = 8


@dataclass(frozen=True)
class Sizes:
    """Sizes by the rules that stand in `contracts`."""

    contracts: Contracts

    def streamed(self, method: Method, binding: Binding) -> bool:
        """Returns whether a binding's body is bytes that pass the edge piece by piece, however many there are."""
        field = method.descriptor.input_type.fields_by_name.get(binding.body)
        raw = field is not None and field.message_type is not None and field.message_type.full_name == _RAW
        return raw and bool(method.descriptor.client_streaming)

    def body(self, method: Method, binding: Binding) -> int:
        """Returns the largest body of a binding in bytes, a power of two from SMALLEST to LARGEST."""
        message = method.descriptor.input_type
        if binding.body and binding.body != "*":
            field = message.fields_by_name[binding.body]
            size = self._field(field, _DEPTH)
        else:
            size = self._message(message, _DEPTH) if binding.body else 0
        return min(max(SMALLEST, 1 << (size - 1).bit_length() if size else 0), LARGEST)

    def _message(self, message: Descriptor, depth: int) -> int:
        if message.file.package == "google.protobuf" or depth == 0:
            return _TEXT
        return sum(self._field(field, depth - 1) for field in message.fields)

    def _field(self, field: FieldDescriptor, depth: int) -> int:
        rules = self._rules(field)
        many = rules.get("repeated", rules.get("map"))
        if not field.is_repeated:
            return len(field.json_name) + _PUNCTUATION + self._value(field, rules, depth)
        bound = many or {}
        items = int(bound.get("max_items", bound.get("max_pairs", _ITEMS)))
        one = self._value(field, bound.get("items", bound.get("values", {})), depth)
        return len(field.json_name) + _PUNCTUATION + items * (one + _PUNCTUATION)

    def _value(self, field: FieldDescriptor, rules: Options, depth: int) -> int:
        if field.message_type is not None:
            return self._message(field.message_type, depth)
        if field.type == FieldDescriptor.TYPE_STRING:
            bound = rules.get("string", {})
            return _escaped(bound) if {"max_len", "max_bytes", "len"} & set(bound) else _TEXT
        if field.type == FieldDescriptor.TYPE_BYTES:
            bound = rules.get("bytes", {})
            return int(bound["max_len"]) * 2 if "max_len" in bound else LARGEST
        return _SCALAR

    def _rules(self, field: FieldDescriptor) -> Options:
        rules: Any = self.contracts.options(field).get("[buf.validate.field]", {})
        return dict(rules)


def _escaped(bound: Options) -> int:
    return int(bound.get("max_len", bound.get("max_bytes", bound.get("len", 0)))) * _ESCAPED
