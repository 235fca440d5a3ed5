"""What the reference page shows, worked out from the document so that its template only has to place it."""

from dataclasses import dataclass
from typing import Any

from tools.contracts.openapi.examples import curl
from tools.contracts.openapi.well_known import Schema


@dataclass(frozen=True)
class Type:
    """A type in words, with the name of the schema that it links to where there is one."""

    words: str
    schema: str = ""

    @property
    def link(self) -> str:
        """The anchor of the schema on the page."""
        return f"schema-{self.schema}" if self.schema else ""

    @property
    def short(self) -> str:
        """The schema's name without its package."""
        return ".".join(part for part in self.schema.split(".") if part[:1].isupper())


@dataclass(frozen=True)
class Row:
    """A parameter or a property."""

    name: str
    type: Type
    notes: tuple[str, ...]
    limits: tuple[str, ...]
    description: str


@dataclass(frozen=True)
class OperationView:
    """One operation."""

    verb: str
    path: str
    details: Schema
    parameters: tuple[Row, ...]
    body: tuple[Row, ...]
    result: Type
    outcome: Type | None
    example: str

    @property
    def name(self) -> str:
        """The RPC's own name."""
        return str(self.details["operationId"]).partition("_")[2]

    @property
    def search(self) -> str:
        """The words that the search looks at."""
        details = self.details
        words = [details["operationId"], details["summary"], self.path, details.get("x-xorb-permission", "")]
        return " ".join([self.verb, *words]).lower()


@dataclass(frozen=True)
class SchemaView:
    """One schema: a message with its properties, or an enum with its values."""

    name: str
    title: str
    description: str
    properties: tuple[Row, ...]
    values: tuple[tuple[str, str], ...]


def operations(document: Schema) -> dict[str, list[OperationView]]:
    """Returns the operations by tag, both in the document's order."""
    groups: dict[str, list[OperationView]] = {tag["name"]: [] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for verb, details in item.items():
            groups[details["tags"][0]].append(_operation(verb, path, details, document["components"]["schemas"]))
    return groups


def schemas(document: Schema) -> list[SchemaView]:
    """Returns the schemas by the last part of their names."""
    made = [_schema(name, schema) for name, schema in document["components"]["schemas"].items()]
    return sorted(made, key=lambda view: (view.title, view.name))


def _operation(verb: str, path: str, details: Schema, components: Schema) -> OperationView:
    body = details.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    resolved = components[body["$ref"].rpartition("/")[2]] if "$ref" in body else body
    success = next(iter(details["responses"]["200"]["content"].values()))["schema"]
    return OperationView(
        verb=verb,
        path=path,
        details=details,
        parameters=tuple(map(_parameter, details["parameters"])),
        body=tuple(row for row in _rows(resolved) if "read-only" not in row.notes),
        result=type_of(success.get("contentSchema", success)),
        outcome=type_of(details["x-xorb-operation"]["response"]) if "x-xorb-operation" in details else None,
        example=curl(verb, path, details, components),
    )


def _schema(name: str, schema: Schema) -> SchemaView:
    values = tuple(schema.get("x-enumDescriptions", {}).items())
    title = Type("", name).short or name
    return SchemaView(name, title, schema.get("description", ""), _rows(schema), values)


def _rows(schema: Schema) -> tuple[Row, ...]:
    required = schema.get("required", ())
    return tuple(_row(name, one, required=name in required) for name, one in schema.get("properties", {}).items())


def _parameter(parameter: Schema) -> Row:
    row = _row(parameter["name"], parameter["schema"], required=parameter.get("required", False))
    return Row(row.name, row.type, (f"in {parameter['in']}", *row.notes), row.limits, parameter["description"])


def _row(name: str, schema: Schema, *, required: bool) -> Row:
    flags = {
        "required": required,
        "read-only": "readOnly" in schema,
        "write-only": "writeOnly" in schema,
        "immutable": "x-xorb-immutable" in schema,
    }
    notes = tuple(note for note, holds in flags.items() if holds)
    return Row(name, type_of(schema), notes, limits(schema), schema.get("description", ""))


def type_of(schema: Schema) -> Type:
    """Returns a schema's type in words."""
    if "$ref" in schema:
        return Type("", schema["$ref"].rpartition("/")[2])
    if schema.get("type") == "array":
        items = type_of(schema["items"])
        return Type(f"list of {items.words}", items.schema)
    if isinstance(schema.get("additionalProperties"), dict):
        values = type_of(schema["additionalProperties"])
        return Type(f"map of {values.words}", values.schema)
    kind: Any = schema.get("type", "any")
    words = " or ".join(kind) if isinstance(kind, list) else kind
    return Type(f"{words} ({schema['format']})" if "format" in schema else _encoded(words, schema))


def _encoded(words: str, schema: Schema) -> str:
    return f"{words} ({schema['contentEncoding']})" if "contentEncoding" in schema else words


def limits(schema: Schema) -> tuple[str, ...]:
    """Returns the declared rules of a value, and of its items, in words."""
    words = [
        _range(schema, "minLength", "maxLength", "characters"),
        _range(schema, "minItems", "maxItems", "items"),
        _range(schema, "minimum", "maximum", ""),
        "no duplicates" if schema.get("uniqueItems") else "",
        f"matches {schema['pattern']}" if "pattern" in schema else "",
    ]
    each = limits(schema["items"]) if "items" in schema else ()
    return (*filter(None, words), *(f"each {limit}" for limit in each))


def _range(schema: Schema, low: str, high: str, unit: str) -> str:
    least, most = schema.get(low), schema.get(high)
    if (least, most) == (1, None):
        return "not empty" if unit else "at least 1"
    if least is None and most is None:
        return ""
    bounds = f"{least:,} to {most:,}" if least is not None and most is not None else (
        f"at most {most:,}" if least is None else f"at least {least:,}"
    )  # fmt: skip
    return f"{bounds} {unit}".strip()
