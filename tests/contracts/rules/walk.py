"""Ways through the contracts that several rules take."""

from collections.abc import Iterator

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from tools.contracts.model import Contracts, Method, Options


def own(contracts: Contracts) -> Iterator[Method]:
    """The methods that we wrote ourselves."""
    yield from (method for method in contracts.methods if not method.external)


def messages(contracts: Contracts) -> Iterator[Descriptor]:
    """Every message, nested ones too; those that protobuf makes for maps left out."""
    for file in contracts.files:
        waiting = list(file.message_types_by_name.values())
        while waiting:
            message = waiting.pop(0)
            if not message.GetOptions().map_entry:
                yield message
                waiting += message.nested_types


def enums(contracts: Contracts) -> Iterator[EnumDescriptor]:
    """Every enum, nested ones too."""
    for file in contracts.files:
        yield from file.enum_types_by_name.values()
    for message in messages(contracts):
        yield from message.enum_types


def fields(contracts: Contracts) -> Iterator[FieldDescriptor]:
    """Every field of every message."""
    for message in messages(contracts):
        yield from message.fields


def label(method: Method) -> str:
    """How a breach names a method."""
    return f"{method.service}.{method.name}"


def request(method: Method) -> dict[str, FieldDescriptor]:
    """The fields of a method's request by name."""
    return {field.name: field for field in method.descriptor.input_type.fields}


def response(method: Method) -> dict[str, FieldDescriptor]:
    """The fields of a method's response by name."""
    return {field.name: field for field in method.descriptor.output_type.fields}


def resource(contracts: Contracts, message: Descriptor) -> Options:
    """A message's `google.api.resource`, empty where it is none."""
    found: Options = contracts.options(message).get("[google.api.resource]", {})
    return found


def changes(method: Method) -> bool:
    """Whether a call from outside changes anything: every verb but GET does."""
    return any(binding.verb != "get" for binding in method.bindings)
