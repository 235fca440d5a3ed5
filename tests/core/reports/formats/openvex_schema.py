"""What the published schema of OpenVEX 0.2.0 demands of the fields that there are, as a JSON schema.

No package has the schema itself: this states its constraints (github.com/openvex/spec, `openvex_json_schema.json`).
"""

from collections.abc import Iterable, Mapping
from typing import Any

Schema = Mapping[str, Any]

_TEXT: Schema = {"type": "string"}
_IRI: Schema = {"type": "string", "format": "uri"}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_NUMBER: Schema = {"type": "integer", "minimum": 1}
_STATUSES = ("not_affected", "affected", "fixed", "under_investigation")
_JUSTIFICATIONS = (
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
)
_HASHES = (
    *("md5", "sha1", "sha-256", "sha-384", "sha-512", "sha3-224", "sha3-256", "sha3-384", "sha3-512"),
    *("blake2s-256", "blake2b-256", "blake2b-512"),
)


def _record(fields: Mapping[str, Schema], required: Iterable[str] = ()) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(required), "additionalProperties": False}


def _unique(items: Schema, **more: int) -> Schema:
    return {"type": "array", "uniqueItems": True, "items": items, **more}


def _when(status: str, then: Schema) -> Schema:
    return {"if": {"properties": {"status": {"const": status}}}, "then": then}


def _only(wanted: str, other: str) -> Schema:
    return {"required": [wanted], "not": {"required": [other]}}


_SUBCOMPONENT = {
    "@id": _IRI,
    "identifiers": _record(dict.fromkeys(("purl", "@cpe22", "@cpe23"), _TEXT)),
    "hashes": _record(dict.fromkeys(_HASHES, _TEXT)),
}
_VULNERABILITY = {"@id": _IRI, "name": _TEXT, "description": _TEXT, "aliases": _unique(_TEXT)}
_STATEMENT = {
    "@id": _IRI,
    "version": _NUMBER,
    "vulnerability": _record(_VULNERABILITY, ["name"]),
    "products": _unique(_record({**_SUBCOMPONENT, "subcomponents": _unique(_record(_SUBCOMPONENT))})),
    "status": {"type": "string", "enum": _STATUSES},
    "justification": {"type": "string", "enum": _JUSTIFICATIONS},
    **dict.fromkeys(("supplier", "status_notes", "impact_statement", "action_statement"), _TEXT),
    **dict.fromkeys(("timestamp", "last_updated", "action_statement_timestamp"), _MOMENT),
}
_CONDITIONS = (
    _when(
        "not_affected",
        {"oneOf": [_only("justification", "impact_statement"), _only("impact_statement", "justification")]},
    ),
    _when("affected", {"required": ["action_statement"]}),
)
_DOCUMENT = {
    **dict.fromkeys(("@context", "@id"), _IRI),
    **dict.fromkeys(("author", "role", "tooling"), _TEXT),
    **dict.fromkeys(("timestamp", "last_updated"), _MOMENT),
    "version": _NUMBER,
    "statements": _unique({**_record(_STATEMENT, ["vulnerability", "status"]), "allOf": _CONDITIONS}, minItems=1),
}

SCHEMA: Schema = _record(_DOCUMENT, ["@context", "@id", "author", "timestamp", "version", "statements"])
"""What a document is held against."""
