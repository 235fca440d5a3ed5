"""Examples of requests, made up from schemas: short, plausible and valid where the rules can be followed."""

import json
from collections.abc import Mapping
from typing import Any

from tools.contracts.openapi.well_known import Schema

_FORMATS: Mapping[str, str] = {
    "email": "ada@example.com",
    "uuid": "01890a5d-ac96-774b-bcce-b302099a8057",
    "date-time": "2026-01-31T12:00:00Z",
    "int64": "1",
    "uint64": "1",
}
_NAMES: Mapping[str, str] = {
    "cron": "0 2 * * 1-5",
    "host": "www.example.com",
    "password": "correct horse battery staple",
    "currentPassword": "correct horse battery staple",
    "format": "nuclei",
    "newPassword": "gravel teapot sunlit",
    "sha256": "6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19",
}
_FEW = 3


def curl(verb: str, path: str, operation: Schema, components: Schema) -> str:
    """Returns a command line that calls the operation; identifiers and the token are shell variables."""
    sent = operation.get("requestBody", {}).get("content", {})
    streams = "text/event-stream" in operation["responses"]["200"]["content"]
    command = "curl -N" if streams and verb == "get" else "curl" if verb == "get" else f"curl -X {verb.upper()}"
    lines = [f'{command} "$XORB{_with_variables(path)}"']
    if operation["security"]:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if "application/octet-stream" in sent:
        lines.append('-H "Content-Type: application/octet-stream"')
        lines.append("--data-binary @FILE")
    elif sent:
        schema = sent["application/json"]["schema"]
        lines.append('-H "Content-Type: application/json"')
        lines.append(f"-d '{json.dumps(example(schema, components), indent=2, ensure_ascii=False)}'")
    return " \\\n  ".join(lines)


def _with_variables(path: str) -> str:
    parts = path.replace("}", "{").split("{")
    return "".join(f"${{{part.upper()}}}" if index % 2 else part for index, part in enumerate(parts))


def example(schema: Schema, components: Schema, name: str = "") -> Any:  # noqa: ANN401 - any JSON
    """Returns a value of the schema: of an object what is required, or else its first few writable properties."""
    if "$ref" in schema:
        return example(components[schema["$ref"].rpartition("/")[2]], components, name)
    kind = schema.get("type")
    if "examples" in schema:
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][min(1, len(schema["enum"]) - 1)]
    if kind == "object":
        return {key: example(schema["properties"][key], components, key) for key in _chosen(schema)}
    if kind == "array":
        return [example(schema["items"], components, name)]
    if kind in {"integer", "number"}:
        return schema.get("minimum", 1)
    return kind == "boolean" or _NAMES.get(name) or _FORMATS.get(schema.get("format", ""), "…")


def _chosen(schema: Schema) -> list[str]:
    properties: Schema = schema.get("properties", {})
    choices = [choice["oneOf"][0]["required"][0] for choice in schema.get("allOf", ())]
    wanted = [*schema.get("required", ()), *choices]
    plain = [key for key, value in properties.items() if not value.get("readOnly") and value.get("format") != "uuid"]
    return [key for key in properties if key in wanted] or plain[:_FEW]
