"""Where resource names stand in requests, read from the contracts' `google.api.resource_reference`."""

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from google.api import field_behavior_pb2, resource_pb2
from google.longrunning import operations_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from services.mesh.descriptors import extension
from services.mesh.errors import Failure, Reason, invalid_field
from services.mesh.policies import CONTRACTS

_VARIABLE = re.compile(r"\{\w+\}")
_UUID = "([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_OPERATION_NAME = re.compile(f"operations/organizations/{_UUID}/[a-z][A-Za-z]*/{_UUID}")


@dataclass(frozen=True, slots=True)
class Reference:
    """A resource name in a request, and the organization that it is of; None for what belongs to none."""

    name: str
    organization: UUID | None


_Finder = Callable[[Message], Iterator[Reference]]


def names(message: Message) -> Iterator[Reference]:
    """Yields the resource names in a request.

    Raises:
        Failure: INVALID_NAME; one isn't of its resource's form. INVALID_FIELD; one that is required is missing.
    """
    for finder in _finders(message.DESCRIPTOR):
        yield from finder(message)


@cache
def _finders(descriptor: Descriptor) -> tuple[_Finder, ...]:
    if descriptor.file.package == "google.longrunning":
        return (_operation,)
    own = [_finder(field, patterns) for field in descriptor.fields if (patterns := _patterns(field))]
    nested = [
        _nested(field)
        for field in descriptor.fields
        if field.message_type and field.message_type.file.package.startswith("xorb.")
        if not _is_output(field) and _finders(field.message_type)
    ]
    return (*own, *nested)


def _finder(field: FieldDescriptor, pattern: re.Pattern[str]) -> _Finder:
    required = not field.is_repeated and field_behavior_pb2.REQUIRED in _behaviors(field)

    def find(message: Message) -> Iterator[Reference]:
        value = getattr(message, field.name)
        if required and not value:
            # Without it, nothing would say on which organization the call is.
            raise invalid_field(field.name, "it is needed")
        for text in value if field.is_repeated else [value]:
            if text:
                yield _reference(text, pattern, field)

    return find


def _nested(field: FieldDescriptor) -> _Finder:
    def find(message: Message) -> Iterator[Reference]:
        if field.is_repeated:
            for part in getattr(message, field.name):
                yield from names(part)
        elif message.HasField(field.name):
            yield from names(getattr(message, field.name))

    return find


def _operation(message: Message) -> Iterator[Reference]:
    text = getattr(message, "name", "")
    # Only a list may name the collection, or nothing.
    if text in {"", "operations"} and isinstance(message, operations_pb2.ListOperationsRequest):
        return
    match = _OPERATION_NAME.fullmatch(text)
    if match is None:
        raise Failure(Reason.INVALID_NAME, f"name: {text[:200]!r} is not the name of an operation.")
    yield Reference(text, UUID(match[1]))


def _reference(text: str, pattern: re.Pattern[str], field: FieldDescriptor) -> Reference:
    match = pattern.fullmatch(text)
    if match is None:
        raise Failure(Reason.INVALID_NAME, f"{field.name}: {text[:200]!r} is not a resource name of this field's form.")
    return Reference(text, UUID(match[1]) if text.startswith("organizations/") else None)


def _patterns(field: FieldDescriptor) -> re.Pattern[str] | None:
    """Returns what a field's names must look like; None for a field that holds no name or that clients don't set."""
    options = field.GetOptions()
    reference = extension(options, resource_pb2.resource_reference)
    if field_behavior_pb2.IDENTIFIER in _behaviors(field) and field.containing_type:
        return _compile(extension(field.containing_type.GetOptions(), resource_pb2.resource).pattern[0])
    if _is_output(field):
        return None
    if reference.type:
        return _compile(_resources()[reference.type])
    if reference.child_type:
        return _compile(_resources()[reference.child_type].rsplit("/", 2)[0])
    return None


def _is_output(field: FieldDescriptor) -> bool:
    return field_behavior_pb2.OUTPUT_ONLY in _behaviors(field)


def _behaviors(field: FieldDescriptor) -> Container[int]:
    behaviors: Container[int] = extension(field.GetOptions(), field_behavior_pb2.field_behavior)
    return behaviors


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(_VARIABLE.sub(_UUID, pattern))


@cache
def _resources() -> dict[str, str]:
    """Returns the first pattern of every resource type of the contracts."""
    messages = [message for file in CONTRACTS for message in file.message_types_by_name.values()]
    resources = [extension(message.GetOptions(), resource_pb2.resource) for message in messages]
    return {resource.type: resource.pattern[0] for resource in resources if resource.type}
