"""Rules about bindings to HTTP."""

import re
from collections.abc import Iterator

from google.protobuf.descriptor import Descriptor

from tests.contracts.rules.walk import label, own, request
from tools.contracts.model import Binding, Contracts, Method
from tools.contracts.paths import PathTemplate

_VERBS = {"Get": "get", "List": "get", "Watch": "get", "Create": "post", "Update": "patch", "Delete": "delete"}
_STANDARD = re.compile(rf"({'|'.join(_VERBS)})(?=[A-Z])")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_RAW = "google.api.HttpBody"
_MASK = "google.protobuf.FieldMask"


def bound_exactly_where_not_internal(contracts: Contracts) -> Iterator[str]:
    """What others wrote is bound as they wrote it."""
    for method in own(contracts):
        if bool(method.bindings) == method.internal:
            yield f"{label(method)}: {len(method.bindings)} HTTP bindings, internal: {method.internal}"


def verbs_are_those_of_the_standard_methods(contracts: Contracts) -> Iterator[str]:
    """AIP-131 to 136; a custom method is a POST of everything, or of raw bytes, to a path that ends with its verb."""
    for method in own(contracts):
        for binding in method.bindings:
            standard = _STANDARD.match(method.name)
            expected = _VERBS[standard[1]] if standard else "post"
            if binding.verb != expected or not _body_fits(method, binding, standard[1] if standard else ""):
                yield f"{label(method)}: {binding.verb} {binding.path} with body {binding.body!r}"


def _body_fits(method: Method, binding: Binding, standard: str) -> bool:
    fields = request(method)
    if standard in {"Get", "List", "Delete"}:
        return not binding.body and ":" not in binding.path
    if standard == "Watch":
        return not binding.body and binding.path.endswith(":watch")
    if standard:
        body = fields.get(binding.body)
        return body is not None and body.message_type is not None and ":" not in binding.path
    verb = binding.path.rpartition(":")[2]
    body = fields.get(binding.body)
    raw = body is not None and body.message_type is not None and body.message_type.full_name == _RAW
    return (raw or binding.body == "*") and _WORD.sub("-", method.name).lower().startswith(verb)


def updates_take_a_mask(contracts: Contracts) -> Iterator[str]:
    """AIP-134."""
    for method in own(contracts):
        mask = request(method).get("update_mask")
        if any(binding.verb == "patch" for binding in method.bindings) and (
            mask is None or mask.message_type is None or mask.message_type.full_name != _MASK
        ):
            yield f"{label(method)}: no update_mask"


def path_variables_are_fields_of_the_request(contracts: Contracts) -> Iterator[str]:
    """Strings, nested ones too."""
    for method in contracts.methods:
        for binding in method.bindings:
            for variable in PathTemplate.parse(binding.path).variables:
                if not _is_field(method.descriptor.input_type, variable.field):
                    yield f"{label(method)}: no field {variable.field}"


def _is_field(message: Descriptor, path: str) -> bool:
    first, _, rest = path.partition(".")
    field = message.fields_by_name.get(first)
    if field is None or not rest:
        return field is not None and field.type == field.TYPE_STRING
    return field.message_type is not None and _is_field(field.message_type, rest)


def no_two_methods_share_a_path(contracts: Contracts) -> Iterator[str]:
    """With the same verb."""
    seen: dict[tuple[str, str], str] = {}
    for method in contracts.methods:
        for binding in method.bindings:
            key = (binding.verb, PathTemplate.parse(binding.path).regex)
            if seen.setdefault(key, label(method)) != label(method):
                yield f"{label(method)}: {binding.verb} {binding.path} is {seen[key]}'s"


def paths_have_a_version(contracts: Contracts) -> Iterator[str]:
    """Except where a standard fixes the path (RFC 8615)."""
    for method in contracts.methods:
        for binding in method.bindings:
            if not binding.path.startswith(("/v1/", "/.well-known/")):
                yield f"{label(method)}: {binding.path}"


RULES = (
    bound_exactly_where_not_internal,
    verbs_are_those_of_the_standard_methods,
    updates_take_a_mask,
    path_variables_are_fields_of_the_request,
    no_two_methods_share_a_path,
    paths_have_a_version,
)
