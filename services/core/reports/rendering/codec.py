"""The model as JSON, one value a line: how it comes to the process that renders."""

import base64
import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


def encode(value: object) -> bytes:
    """Returns a dataclass of the model as a line of JSON, its end included."""
    return json.dumps(_plain(value), ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def decode(kind: type[T], line: bytes) -> T:
    """Returns the dataclass that a line holds.

    Raises:
        ValueError, KeyError, TypeError: It holds no such thing.
    """
    value: T = _typed(kind, json.loads(line))
    return value


def _plain(value: object) -> object:
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case datetime():
            return value.isoformat()
        case Enum():
            return value.value
        case tuple():
            return [_plain(one) for one in value]
        case _ if is_dataclass(value):
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _typed(kind: Any, value: Any) -> Any:  # noqa: ANN401 - a type is what it is
    origin = get_origin(kind)
    if origin is types.UnionType:
        return None if value is None else _typed(get_args(kind)[0], value)
    if origin is tuple:
        return tuple(_typed(get_args(kind)[0], one) for one in value)
    if kind is bytes:
        return base64.b64decode(value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    if isinstance(kind, type) and is_dataclass(kind):
        return kind(**{name: _typed(hint, value[name]) for name, hint in _hints(kind).items()})
    return kind(value)


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)
