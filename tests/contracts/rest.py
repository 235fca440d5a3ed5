"""A request message as the REST call that it is, by its method's first HTTP binding."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from google.protobuf import json_format
from google.protobuf.message import Message

from tools.contracts.model import Method
from tools.contracts.paths import PathTemplate, Variable


@dataclass(frozen=True)
class RestCall:
    """A REST request: verb, path with query, and the content of its body."""

    verb: str
    path: str
    body: object = None


def rest_call(method: Method, request: Message) -> RestCall:
    """The REST call that is transcoded to the request."""
    binding, rest = method.bindings[0], type(request)()
    rest.CopyFrom(request)
    path = "".join(_filled(part, rest) for part in PathTemplate.parse(binding.path).parts)
    content = json_format.MessageToDict(rest)
    body: object = None
    if binding.body == "*":
        body, content = content, {}
    elif binding.body:
        body = content.pop(rest.DESCRIPTOR.fields_by_name[binding.body].json_name, {})
    query = urlencode(list(_flat(content)))
    return RestCall(binding.verb.upper(), f"{path}?{query}" if query else path, body)


def _filled(part: str | Variable, message: Message) -> str:
    """A part of the path; what it takes from the message is then no longer there."""
    if isinstance(part, str):
        return part
    parents, _, name = part.field.rpartition(".")
    holder = getattr(message, parents) if parents else message
    value = str(getattr(holder, name))
    holder.ClearField(name)
    return quote(value, safe="/")


def _flat(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in content.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield from ((prefix + name, str(one)) for one in (value if isinstance(value, list) else [value]))
