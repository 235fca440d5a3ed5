"""JSON objects with one long list, written item by item; what is counted meanwhile comes after the list."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import BinaryIO


def write(
    out: BinaryIO,
    head: Mapping[str, object],
    name: str,
    items: Iterable[object],
    tail: Callable[[], Mapping[str, object]] = dict,
) -> int:
    """Writes an object and returns how many items its list has.

    Args:
        out: Where to.
        head: The members before the list; at least one.
        name: The list's name.
        items: The list.
        tail: Returns the members after the list, once it is written.
    """
    out.write(line(head)[:-1] + b"," + line(name) + b":[")
    count = 0
    for item in items:
        out.write((b",\n" if count else b"\n") + line(item))
        count += 1
    after = line(tail())[1:]
    out.write(b"\n]" + (b"," if len(after) > 1 else b"") + after + b"\n")
    return count


def line(value: object) -> bytes:
    """Returns a value as JSON in one line; times as in RFC 3339."""
    return json.dumps(value, ensure_ascii=False, default=_text).encode("utf-8", "replace")


def moment(time: datetime) -> str:
    """Returns a time as in RFC 3339, in UTC, to the second."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value)}")
