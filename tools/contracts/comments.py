"""The comments of the contracts, by the full name of what they stand on."""

from collections.abc import Iterable, Iterator, Mapping

from google.protobuf import descriptor_pb2

# Field numbers of descriptor.proto, which a source location's path is made of.
_FILE_MESSAGE, _FILE_ENUM, _FILE_SERVICE = 4, 5, 6
_MESSAGE_FIELD, _MESSAGE_NESTED, _MESSAGE_ENUM, _MESSAGE_ONEOF = 2, 3, 4, 8
_ENUM_VALUE, _SERVICE_METHOD = 2, 2

Path = tuple[int, ...]


def comments_of(files: Iterable[descriptor_pb2.FileDescriptorProto]) -> Mapping[str, str]:
    """Returns full name → comment, its lines unwrapped to paragraphs.

    An enum value's key is its enum's full name, a dot and its own name. What has no comment isn't a key.
    """
    return {name: text for file in files for name, text in _of_file(file) if text}


def _of_file(file: descriptor_pb2.FileDescriptorProto) -> Iterator[tuple[str, str]]:
    texts = {tuple(place.path): unwrap(place.leading_comments) for place in file.source_code_info.location}
    for path, name in _names(file):
        yield name, texts.get(path, "")


def unwrap(comment: str) -> str:
    """Returns a comment with each paragraph on one line and one empty line between paragraphs."""
    paragraphs = "\n".join(line.strip() for line in comment.strip().splitlines()).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _names(file: descriptor_pb2.FileDescriptorProto) -> Iterator[tuple[Path, str]]:
    prefix = f"{file.package}."
    for index, message in enumerate(file.message_type):
        yield from _message(message, (_FILE_MESSAGE, index), prefix)
    for index, enum in enumerate(file.enum_type):
        yield from _enum(enum, (_FILE_ENUM, index), prefix)
    for index, service in enumerate(file.service):
        path, name = (_FILE_SERVICE, index), prefix + service.name
        yield path, name
        for number, method in enumerate(service.method):
            yield (*path, _SERVICE_METHOD, number), f"{name}.{method.name}"


def _message(message: descriptor_pb2.DescriptorProto, path: Path, prefix: str) -> Iterator[tuple[Path, str]]:
    name = prefix + message.name
    yield path, name
    for index, field in enumerate(message.field):
        yield (*path, _MESSAGE_FIELD, index), f"{name}.{field.name}"
    for index, oneof in enumerate(message.oneof_decl):
        yield (*path, _MESSAGE_ONEOF, index), f"{name}.{oneof.name}"
    for index, enum in enumerate(message.enum_type):
        yield from _enum(enum, (*path, _MESSAGE_ENUM, index), f"{name}.")
    for index, nested in enumerate(message.nested_type):
        yield from _message(nested, (*path, _MESSAGE_NESTED, index), f"{name}.")


def _enum(enum: descriptor_pb2.EnumDescriptorProto, path: Path, prefix: str) -> Iterator[tuple[Path, str]]:
    name = prefix + enum.name
    yield path, name
    for index, value in enumerate(enum.value):
        yield (*path, _ENUM_VALUE, index), f"{name}.{value.name}"
