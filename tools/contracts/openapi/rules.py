"""protovalidate's declared rules as JSON Schema keywords (JSON Schema 2020-12, validation vocabulary)."""

from collections.abc import Mapping
from typing import Any

from tools.contracts.model import Options
from tools.contracts.openapi.well_known import Schema

_FORMATS: Mapping[str, str] = {
    "email": "email", "uuid": "uuid", "uri": "uri", "uri_ref": "uri-reference", "hostname": "hostname",
    "ipv4": "ipv4", "ipv6": "ipv6",
}  # fmt: skip
_TEXT: Mapping[str, str] = {"min_len": "minLength", "max_len": "maxLength", "pattern": "pattern", "const": "const"}
_NUMBER: Mapping[str, str] = {
    "gte": "minimum", "lte": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum", "const": "const",
}  # fmt: skip
_LIST: Mapping[str, str] = {"min_items": "minItems", "max_items": "maxItems", "unique": "uniqueItems"}
_MAP: Mapping[str, str] = {"min_pairs": "minProperties", "max_pairs": "maxProperties"}
_NARROW = frozenset({"int32", "uint32", "sint32", "fixed32", "sfixed32", "float", "double"})


def keywords(rules: Options) -> Schema:
    """Returns the keywords for one value, or for a list or map as a whole."""
    text, items, pairs = rules.get("string", {}), rules.get("repeated", {}), rules.get("map", {})
    schema = {**_renamed(text, _TEXT), **_renamed(items, _LIST), **_renamed(pairs, _MAP)}
    for name in text.keys() & _FORMATS.keys():
        schema["format"] = _FORMATS[name]
    for kind in sorted(rules.keys() & _NARROW):
        schema |= _renamed(rules[kind], _NUMBER)
    messages = [rule["message"] for rule in rules.get("cel", ()) if rule.get("message")]
    return {**schema, "x-xorb-rules": messages} if messages else schema


def item_keywords(rules: Options) -> Schema:
    """Returns the keywords for each item of a list or each value of a map."""
    return keywords(rules.get("repeated", {}).get("items", {}) or rules.get("map", {}).get("values", {}))


def _renamed(rules: Options, names: Mapping[str, str]) -> Schema:
    return {names[rule]: _plain(value) for rule, value in rules.items() if rule in names}


def _plain(value: Any) -> Any:  # noqa: ANN401 - a JSON scalar
    """Protobuf's JSON writes 64-bit limits, such as those of lengths, as strings."""
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else value
