"""From path, query and frames to request messages, by the fields' JSON names."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from gateway.bridge import problems
from gateway.bridge.routes import Route

_MOST_PARAMETERS = 64
_DEEPEST_JSON = 32
_LONGEST_TEXT = 200
_BOOLEANS = {"true": True, "false": False}


def opening(route: Route, fields: Mapping[str, str], query: str) -> Message:
    """Returns the request that path and query describe.

    Args:
        route: The path's route.
        fields: What the path fills, by dotted proto names.
        query: The URL's query, without the question mark.

    Raises:
        Problem: A parameter is unknown, repeated, bound by the path, or its value isn't valid.
    """
    request = route.request_class()
    for name, values in _parameters(query).items():
        path = _resolve(request, name)
        if ".".join(field.name for field in path) in fields:
            raise problems.invalid(f"{name} is part of the path; leave it out of the query", name)
        _set(request, path, name, values)
    bind(request, fields)
    return request


def bind(request: Message, fields: Mapping[str, str]) -> None:
    """Sets the fields that the path fills; nothing else may override them, since permissions depend on them."""
    for name, value in fields.items():
        _set(request, _resolve(request, name), name, [value])


def json_object(frame: str | bytes) -> dict[str, Any] | None:
    """Returns the JSON object that a client frame holds, or None where it holds something else."""
    try:
        content = json.loads(frame) if isinstance(frame, str) else None
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def of_frame(route: Route, base: Message, fields: Mapping[str, str], content: dict[str, Any]) -> Message:
    """Returns the request message of one client frame of a bidirectional call: `base` and the frame's fields.

    Raises:
        Problem: The frame isn't the method's request.
    """
    request = route.request_class()
    request.CopyFrom(base)
    try:
        json_format.ParseDict(content, request, max_recursion_depth=_DEEPEST_JSON)
    except json_format.ParseError as error:
        raise problems.invalid(f"The frame is not a {request.DESCRIPTOR.name}: {_short(error)}") from error
    bind(request, fields)
    return request


def _parameters(query: str) -> dict[str, list[str]]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except ValueError as error:
        raise problems.invalid("The query can't be read, or has too many parameters") from error
    result: dict[str, list[str]] = {}
    for name, value in pairs:
        result.setdefault(name, []).append(value)
    return result


def _resolve(message: Message, name: str) -> list[FieldDescriptor]:
    path: list[FieldDescriptor] = []
    within: Any = message.DESCRIPTOR
    for part in name.split("."):
        field = _field(within, part) if within is not None else None
        if field is None:
            raise problems.invalid(f"There is no parameter {_short(name)!r} here", _short(name))
        path.append(field)
        within = field.message_type
    return path


def _field(descriptor: Descriptor, name: str) -> FieldDescriptor | None:
    found = descriptor.fields_by_camelcase_name.get(name) or descriptor.fields_by_name.get(name)
    return found if isinstance(found, FieldDescriptor) else None


def _set(request: Message, path: list[FieldDescriptor], name: str, values: list[str]) -> None:
    leaf = path[-1]
    if len(values) > 1 and not leaf.is_repeated:
        raise problems.invalid(f"{name} is given more than once", name)
    try:
        converted = [_BOOLEANS[one] if leaf.type == leaf.TYPE_BOOL else one for one in values]
        nested: Any = converted if leaf.is_repeated else converted[0]
        for field in reversed(path):
            nested = {field.name: nested}
        json_format.ParseDict(nested, request)
    except (KeyError, json_format.ParseError) as error:
        raise problems.invalid(f"{name}: {_short(values[0])!r} is not a valid value", name) from error


def _short(value: object) -> str:
    return str(value)[:_LONGEST_TEXT]
