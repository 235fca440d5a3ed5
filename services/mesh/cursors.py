"""The values of a row's place in an order, as bytes and back, each with its type."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

_WRITERS: Final[Mapping[type, tuple[str, Callable[[Any], str]]]] = {
    type(None): ("null", lambda _none: ""),
    bool: ("flag", lambda flag: "1" if flag else ""),
    int: ("integer", str),
    float: ("float", repr),
    Decimal: ("decimal", str),
    str: ("text", str),
    datetime: ("time", datetime.isoformat),
    UUID: ("uuid", str),
}
_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "null": lambda _text: None,
    "flag": bool,
    "integer": int,
    "float": float,
    "decimal": Decimal,
    "text": str,
    "time": datetime.fromisoformat,
    "uuid": UUID,
}


def encode(values: Sequence[Any]) -> bytes:
    """Returns values as JSON: a list of pairs of type and text.

    Raises:
        TypeError: A value is none of None, bool, int, float, Decimal, str, datetime, UUID.
    """
    return json.dumps([_pair(value) for value in values], ensure_ascii=False, separators=(",", ":")).encode()


def decode(content: bytes) -> list[Any]:
    """Returns the values that `encode` made `content` of."""
    return [_READERS[kind](text) for kind, text in json.loads(content)]


def _pair(value: object) -> tuple[str, str]:
    for type_, (kind, write) in _WRITERS.items():
        # Drivers return subclasses, of UUID for one; a flag comes before the integer that it is to Python.
        if isinstance(value, type_):
            return kind, write(value)
    raise TypeError(f"Rows can't be sorted by a {type(value).__name__}.")
