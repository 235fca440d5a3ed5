"""Every RPC with its message classes, and a valid request of each: for tests that go over the whole contract.

A request names resources of one organization, and no resource of them exists; that is what a test needs that compares
"somebody else's" with "nobody's".
"""

import importlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from tools.contracts.descriptors import build
from tools.contracts.model import Contracts, Method, Options
from tools.contracts.paths import PathTemplate

_SHA256 = "^[0-9a-f]{64}$"


@dataclass(frozen=True)
class Entry:
    """One RPC and the classes of its messages, which are those that servers and stubs use."""

    method: Method
    request: type[Message]
    response: type[Message]

    def __str__(self) -> str:
        return f"{self.method.service}.{self.method.name}"


@cache
def contracts() -> Contracts:
    """The contracts as they are now, compiled once."""
    return Contracts(build())


def entries() -> list[Entry]:
    """Every RPC that the platform serves."""
    for file in contracts().files:
        importlib.import_module(file.name.removesuffix(".proto").replace("/", ".") + "_pb2")
    importlib.import_module("google.longrunning.operations_pb2")
    return [
        Entry(method, _class(method.descriptor.input_type), _class(method.descriptor.output_type))
        for method in contracts().methods
    ]


def _class(message: Descriptor) -> type[Message]:
    return message_factory.GetMessageClass(descriptor_pool.Default().FindMessageTypeByName(message.full_name))


def request_for(entry: Entry, organization: str) -> Message:
    """A request that passes validation and names resources of the organization (a UUID) that don't exist."""
    request = entry.request()
    _fill(request, organization)
    for path, value in _bound(entry.method, organization):
        target, _, field = path.rpartition(".")
        setattr(getattr(request, target) if target else request, field, value)
    return request


def _bound(method: Method, organization: str) -> Iterator[tuple[str, str]]:
    """What the path of the RPC's first binding says about fields of the request."""
    if method.external and not method.bindings:
        yield "name", f"operations/{_operation_target(organization)}"
    for binding in method.bindings[:1]:
        for variable in PathTemplate.parse(binding.path).variables:
            pattern = variable.pattern.replace("organizations/*", f"organizations/{organization}", 1)
            yield variable.field, pattern.replace("**", _operation_target(organization)).replace("*", str(uuid.uuid4()))


def _operation_target(organization: str) -> str:
    return f"organizations/{organization}/scans/{uuid.uuid4()}"


def _fill(message: Message, organization: str) -> None:
    chosen = {oneof.fields[0].name for oneof in message.DESCRIPTOR.oneofs}
    for field in message.DESCRIPTOR.fields:
        options = contracts().options(_own(message, field.name))
        behaviors = options.get("[google.api.field_behavior]", ())
        if "REQUIRED" in behaviors or (field.name in chosen and "OUTPUT_ONLY" not in behaviors):
            _set(message, field, options, organization)


def _own(message: Message, field: str) -> FieldDescriptor:
    """The same field in the contracts, where its options can be read whatever modules are imported."""
    return contracts().message(message.DESCRIPTOR.full_name).fields_by_name[field]


def _set(message: Message, field: Any, options: Options, organization: str) -> None:
    if field.message_type is not None:
        nested = getattr(message, field.name)
        nested = nested.add() if field.is_repeated else nested
        nested.SetInParent()
        if not field.message_type.full_name.startswith("google.protobuf."):
            _fill(nested, organization)
        return
    value: object = 1
    if field.type == FieldDescriptor.TYPE_STRING:
        value = _text(options, organization)
    elif field.type == FieldDescriptor.TYPE_BYTES:
        value = b"x"
    if field.is_repeated:
        getattr(message, field.name).append(value)
    else:
        setattr(message, field.name, value)


def _text(options: Options, organization: str) -> str:
    reference = options.get("[google.api.resource_reference]", {})
    if reference:
        return _resource_name(reference, organization)
    rules = options.get("[buf.validate.field]", {}).get("string", {})
    if "uuid" in rules:
        return str(uuid.uuid4())
    if "email" in rules:
        return f"{uuid.uuid4()}@example.com"
    if rules.get("pattern") == _SHA256:
        return "0" * 64
    return "x" * max(int(rules.get("min_len", 1)), 1)


def _resource_name(reference: Options, organization: str) -> str:
    pattern = _patterns()[reference.get("type") or reference["child_type"]]
    if "child_type" in reference:
        pattern = pattern.rsplit("/", 2)[0]
    parts = pattern.replace("{organization}", organization).split("/")
    return "/".join(str(uuid.uuid4()) if part.startswith("{") else part for part in parts)


@cache
def _patterns() -> dict[str, str]:
    messages = [message for file in contracts().files for message in file.message_types_by_name.values()]
    resources = [contracts().options(message).get("[google.api.resource]", {}) for message in messages]
    return {resource["type"]: resource["pattern"][0] for resource in resources if resource}
