"""The part of the contracts that partners get: nothing internal, and no options, which only the platform reads."""

from collections.abc import Iterable, Iterator
from typing import Any

from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import Descriptor
from google.protobuf.internal.containers import RepeatedCompositeFieldContainer
from google.protobuf.message import Message

from tools.contracts.model import Contracts, Method

# Field numbers of descriptor.proto, the first element of a source location's path.
_MESSAGE, _SERVICE = 4, 6


def published(contracts: Contracts, image: descriptor_pb2.FileDescriptorSet) -> descriptor_pb2.FileDescriptorSet:
    """Returns the descriptors of what can be called from outside and of all that it refers to."""
    methods = [method for method in contracts.methods if not method.internal]
    services = {method.service for method in methods}
    messages = set(_reachable(root for method in methods for root in _roots(contracts, method)))
    made = descriptor_pb2.FileDescriptorSet.FromString(image.SerializeToString())
    for file in made.file:
        strip_options(file)
        del file.extension[:]
        if file.name.startswith("xorb/"):
            _keep(file, services, messages)
        # The client's generator wants comments everywhere, if only none.
        file.source_code_info.SetInParent()
    for file in made.file:
        del file.public_dependency[:]
        file.dependency[:] = sorted(_used(made, file) - {file.name})
    return made


def _roots(contracts: Contracts, method: Method) -> Iterator[Descriptor]:
    yield from (method.descriptor.input_type, method.descriptor.output_type)
    info = contracts.options(method.descriptor).get("[google.longrunning.operation_info]", {})
    package = method.service.rpartition(".")[0]
    for name in info.values():
        yield contracts.message(name if "." in name else f"{package}.{name}")


def _reachable(roots: Iterable[Descriptor]) -> Iterator[str]:
    waiting, seen = list(roots), set[str]()
    while waiting:
        message = waiting.pop()
        if message.full_name not in seen:
            seen.add(message.full_name)
            yield message.full_name
            waiting += [field.message_type for field in message.fields if field.message_type is not None]


def strip_options(message: Message) -> None:
    """Removes every extension, known or not, from a descriptor and all below it."""
    message.DiscardUnknownFields()
    for field, value in message.ListFields():
        if field.is_extension:
            # The stubs know extensions only by their generated handles, which dynamic options don't have.
            message.ClearExtension(field)  # type: ignore[arg-type]
        elif field.message_type is not None:
            for one in value if field.is_repeated else [value]:
                strip_options(one)


def _keep(file: descriptor_pb2.FileDescriptorProto, services: set[str], messages: set[str]) -> None:
    """Removes other services, other messages, and their comments; positions in comments' paths move up."""
    kept = {
        _SERVICE: [i for i, one in enumerate(file.service) if f"{file.package}.{one.name}" in services],
        _MESSAGE: [i for i, one in enumerate(file.message_type) if f"{file.package}.{one.name}" in messages],
    }
    moved = {(kind, old): new for kind, places in kept.items() for new, old in enumerate(places)}
    remaining = []
    for location in file.source_code_info.location:
        start = tuple(location.path[:2])
        if start in moved:
            location.path[1] = moved[start]
        if start in moved or start[:1] not in {(_SERVICE,), (_MESSAGE,)}:
            remaining.append(location)
    _retain(file.service, kept[_SERVICE])
    _retain(file.message_type, kept[_MESSAGE])
    del file.source_code_info.location[:]
    file.source_code_info.location.extend(remaining)


def _retain(entries: RepeatedCompositeFieldContainer[Any], places: list[int]) -> None:
    values = [entries[place] for place in places]
    del entries[:]
    entries.extend(values)


def _used(image: descriptor_pb2.FileDescriptorSet, file: descriptor_pb2.FileDescriptorProto) -> set[str]:
    """Returns the files that define a type which the file names."""
    named = {name.lstrip(".") for name in _type_names(file)}
    return {other.name for other in image.file if named & set(_defined(other))}


def _type_names(file: descriptor_pb2.FileDescriptorProto) -> Iterator[str]:
    for service in file.service:
        for method in service.method:
            yield from (method.input_type, method.output_type)
    waiting = list(file.message_type)
    while waiting:
        message = waiting.pop()
        waiting += message.nested_type
        yield from (field.type_name for field in message.field if field.type_name)


def _defined(file: descriptor_pb2.FileDescriptorProto) -> Iterator[str]:
    waiting = [(f"{file.package}.", message) for message in file.message_type]
    yield from (f"{file.package}.{enum.name}" for enum in file.enum_type)
    while waiting:
        prefix, message = waiting.pop()
        name = prefix + message.name
        yield name
        yield from (f"{name}.{enum.name}" for enum in message.enum_type)
        waiting += [(f"{name}.", nested) for nested in message.nested_type]
