"""One record of a file, whatever its syntax, looked into without trust."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.core.findings.formats.kernel.errors import Unreadable
from services.core.findings.formats.kernel.tag import Tag

_WHOLE = 2**31


@dataclass(frozen=True, slots=True)
class Node:
    """A value of JSON, or a row of a table as an object of texts.

    What is missing, or null, is empty; what is there but of another kind raises `Unreadable` with its place, so that a
    format says only what it looks for.

    Attributes:
        value: As the parser made it.
        keys: The way to it from its record, for reasons.
    """

    value: object = None
    keys: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.value is not None and self.value not in ("", {}, [])

    def at(self, *keys: str) -> "Node":
        """Returns the value below keys."""
        return Node(self._walk(keys), self.keys + keys)

    def text(self, *keys: str) -> str:
        """Returns a text; numbers and booleans as JSON writes them."""
        value = self._walk(keys)
        if isinstance(value, str):
            return value
        return "" if value is None else _text(value, self.keys + keys)

    def brief(self) -> str:
        """Returns the value as a text of at most 500 characters; empty where it is an object or a list."""
        return "" if self.value is None or isinstance(self.value, dict | list) else _text(self.value, ())[:500]

    def first(self, *names: str) -> str:
        """Returns the first text that isn't empty, of several names for the same."""
        return next((text for text in map(self.text, names) if text), "")

    def texts(self, *keys: str) -> tuple[str, ...]:
        """Returns a list of texts, or one text as a list of one."""
        value = self._walk(keys)
        if value is None:
            return ()
        entries = value if isinstance(value, list) else [value]
        return tuple(_text(entry, self.keys + keys) for entry in entries if entry is not None)

    def number(self, *keys: str) -> float | None:
        """Returns a finite number, also where it stands as text; None where it is missing or empty."""
        text = self.text(*keys).strip()
        try:
            number = float(text) if text else None
        except ValueError:
            raise Unreadable(f"{_name(self.keys + keys)} is no number") from None
        return number if number is None or math.isfinite(number) else None

    def whole(self, *keys: str) -> int:
        """Returns a whole number from 0 to 2**31; 0 where it is missing, negative or larger."""
        number = self.number(*keys)
        return int(number) if number is not None and 0 <= number < _WHOLE else 0

    def flag(self, *keys: str) -> bool:
        """Returns whether a value is true, `true`, `yes` or 1."""
        return self.text(*keys).lower() in {"true", "yes", "1"}

    def items(self, *keys: str) -> Iterator["Node"]:
        """Returns the entries of a list."""
        value = self._walk(keys)
        if value is not None and not isinstance(value, list):
            raise Unreadable(f"{_name(self.keys + keys)} is {_kind(value)}, not a list")
        return (Node(entry, (*self.keys, *keys, str(number))) for number, entry in enumerate(value or ()))

    def entries(self, *keys: str) -> Iterator[tuple[str, "Node"]]:
        """Returns the keys and values of an object."""
        value = self._walk(keys)
        if value is not None and not isinstance(value, dict):
            raise Unreadable(f"{_name(self.keys + keys)} is {_kind(value)}, not an object")
        return ((str(key), Node(entry, (*self.keys, *keys, str(key)))) for key, entry in (value or {}).items())

    def _walk(self, keys: tuple[str, ...]) -> Any:  # noqa: ANN401  it is what strangers wrote
        value: Any = self.value
        for depth, key in enumerate(keys):
            if isinstance(value, dict):
                value = value.get(key)
            elif value is None:
                return None
            else:
                raise Unreadable(f"{_name(self.keys + keys[:depth])} is {_kind(value)}, not an object")
        return value


_NO_NODE = Node()
_NO_TAG = Tag()


@dataclass(frozen=True, slots=True)
class Record:
    """One record and where it is.

    Attributes:
        position: For people: `line 17`, `runs[0].results[17]`.
        node: What it says, where the file is JSON or a table.
        tag: What it says, where the file is XML.
        path: Which of the asked paths it is at.
        indices: The index in each list, and the key in each object of any keys, on the way.
        weight: About as many bytes as it takes.
        ancestors: The attributes of each element around it, the outermost first, where the file is XML.
    """

    position: str
    node: Node = _NO_NODE
    tag: Tag = _NO_TAG
    path: str = ""
    indices: tuple[int | str, ...] = ()
    weight: int = 0
    ancestors: tuple[Mapping[str, str], ...] = ()


def _text(value: object, keys: tuple[str, ...]) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        raise Unreadable(f"{_name(keys)} is {_kind(value)}, not text")
    return str(value)


def _kind(value: object) -> str:
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else "a single value"


def _name(keys: tuple[str, ...]) -> str:
    return ".".join(keys)[:200] or "the record"
