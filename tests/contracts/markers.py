"""Requests that show how far they got: validation comes right after authorization, and before every handler.

A request that breaks a rule of its contract is answered with INVALID_FIELD by whoever was let past authorization, and
with the refusal by whoever wasn't. It never reaches a handler, so it changes nothing, whatever the method does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import protovalidate
from google.protobuf.message import Message

from tests.contracts.catalogue import Entry, contracts, request_for


@dataclass(frozen=True)
class Marked:
    """A request, and whether it breaks a rule; a method without any rules has none that does."""

    request: Message
    broken: bool


def marked(entry: Entry, organization: str) -> Marked:
    """A request that names resources of the organization and, where it can, breaks a rule of the contract."""
    valid = request_for(entry, organization)
    for name, value in _violations(entry):
        request = type(valid)()
        request.CopyFrom(valid)
        if value is None:
            request.ClearField(name)
        else:
            setattr(request, name, value)
        if protovalidate.collect_violations(request):
            return Marked(request, broken=True)
    return Marked(valid, broken=False)


def _violations(entry: Entry) -> Iterator[tuple[str, object]]:
    """Values that break rules of the request's own fields, the shortest first; None for a field to leave out."""
    longer: list[tuple[str, object]] = []
    for field in contracts().message(entry.request.DESCRIPTOR.full_name).fields:
        rules = contracts().options(field).get("[buf.validate.field]", {})
        text: dict[str, Any] = rules.get("string", {})
        if "gte" in rules.get("int32", {}):
            yield field.name, int(rules["int32"]["gte"]) - 1
        if "uuid" in text:
            yield field.name, "nonsense"
        if "max_len" in text and not field.is_repeated:
            longer.append((field.name, "x" * (int(text["max_len"]) + 1)))
        if rules.get("required"):
            longer.append((field.name, None))
    yield from sorted(longer, key=lambda pair: len(str(pair[1])))
