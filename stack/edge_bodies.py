"""The tables that ``envoy/edge.lua`` checks the members of JSON bodies by, out of the contracts' descriptors."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.api import annotations_pb2, http_pb2
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

_VARIABLE = re.compile(r"\{[^}=]+(?:=([^}]+))?\}")
_WILDCARD = re.compile(r"\*\*|\*")
_NOT_PLAIN = re.compile(r"([^A-Za-z0-9/_:])")
_OPAQUE = ""
_RAW = "google.api.HttpBody"


@dataclass(frozen=True)
class BodyBinding:
    """One HTTP binding that takes a body: its ``message``, and a Lua ``pattern`` for the path."""

    method: str
    pattern: str
    message: Descriptor


def lua_tables(descriptors: Path, services: Sequence[str]) -> str:
    """Lua source that defines BINDINGS and MESSAGES for the methods of ``services``."""
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(descriptors.read_bytes()).file:
        pool.Add(file)
    bindings = [binding for name in services for binding in _service_bindings(pool, name)]
    messages = members([binding.message for binding in bindings])
    rows = [f"  {{{_text(b.method)}, {_text(b.pattern)}, {_text(b.message.full_name)}}}," for b in bindings]
    tables = [
        f"  [{_text(name)}] = {{{', '.join(f'[{_text(key)}] = {_text(of)}' for key, of in known.items())}}},"
        for name, known in messages.items()
    ]
    return "\n".join(["local BINDINGS = {", *rows, "}", "local MESSAGES = {", *tables, "}", ""])


def members(roots: Sequence[Descriptor]) -> dict[str, dict[str, str]]:
    """For each message reachable from ``roots``: JSON member → name of its message, "" if it is not looked into.

    Both spellings of a name count, as in proto3's JSON mapping. Well-known types have JSON forms of their own and
    maps have keys of their own: neither is looked into.
    """
    known: dict[str, dict[str, str]] = {}
    waiting = list(roots)
    while waiting:
        message = waiting.pop()
        if message.full_name in known:
            continue
        inner = {field.name: _inner(field) for field in message.fields}
        waiting += [found for found in inner.values() if found is not None]
        known[message.full_name] = {
            spelling: found.full_name if found is not None else _OPAQUE
            for field in message.fields
            for spelling in (field.name, field.json_name)
            for found in (inner[field.name],)
        }
    return known


def lua_pattern(template: str) -> str:
    """A path template of ``google/api/http.proto`` as a Lua pattern for the whole path."""
    plain = _VARIABLE.sub(lambda match: match[1] or "*", template)
    literals = [_NOT_PLAIN.sub(r"%\1", text) for text in _WILDCARD.split(plain)]
    wildcards = ["[^/:]+" if found == "*" else "[^:]+" for found in _WILDCARD.findall(plain)]
    return "^" + "".join(a + b for a, b in zip(literals, [*wildcards, ""], strict=True)) + "$"


def _service_bindings(pool: descriptor_pool.DescriptorPool, name: str) -> Iterator[BodyBinding]:
    for method in pool.FindServiceByName(name).methods:
        rule = _rule(method)
        for each in (rule, *rule.additional_bindings):
            verb = each.WhichOneof("pattern")
            if verb is None or not each.body:
                continue
            message = (
                method.input_type if each.body == "*" else method.input_type.fields_by_name[each.body].message_type
            )
            if message is not None and not _well_known(message) and message.full_name != _RAW:
                yield BodyBinding(verb.upper(), lua_pattern(getattr(each, verb)), message)


def _rule(method: MethodDescriptor) -> http_pb2.HttpRule:
    """The method's HTTP rule; its options are read anew, since those of a private pool do not know extensions."""
    options = descriptor_pb2.MethodOptions.FromString(method.GetOptions().SerializeToString())
    extension: Any = annotations_pb2.http  # its annotations call it a plain field
    rule: http_pb2.HttpRule = options.Extensions[extension]
    return rule


def _inner(field: FieldDescriptor) -> Descriptor | None:
    message = field.message_type
    if message is None or _well_known(message) or message.GetOptions().map_entry:
        return None
    return message


def _well_known(message: Descriptor) -> bool:
    return message.file.package == "google.protobuf"


def _text(value: str) -> str:
    """A Lua string; JSON's escapes for the characters that names and patterns have are Lua's too."""
    return json.dumps(value)
