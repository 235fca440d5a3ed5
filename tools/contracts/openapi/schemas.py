"""Messages and enums as JSON Schemas, in the form of protobuf's JSON mapping."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, OneofDescriptor

from tools.contracts.model import Contracts, Options
from tools.contracts.openapi.rules import item_keywords, keywords
from tools.contracts.openapi.well_known import COMMENTS, WELL_KNOWN, Schema

_SCALARS: Mapping[int, Schema] = MappingProxyType({
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
    FieldDescriptor.TYPE_FLOAT: {"type": "number", "format": "float"},
    FieldDescriptor.TYPE_DOUBLE: {"type": "number", "format": "double"},
    FieldDescriptor.TYPE_UINT32: {"type": "integer", "minimum": 0},
    FieldDescriptor.TYPE_FIXED32: {"type": "integer", "minimum": 0},
    FieldDescriptor.TYPE_INT64: {"type": "string", "format": "int64"},
    FieldDescriptor.TYPE_SINT64: {"type": "string", "format": "int64"},
    FieldDescriptor.TYPE_SFIXED64: {"type": "string", "format": "int64"},
    FieldDescriptor.TYPE_UINT64: {"type": "string", "format": "uint64"},
    FieldDescriptor.TYPE_FIXED64: {"type": "string", "format": "uint64"},
})  # fmt: skip
_INT32: Schema = {"type": "integer", "format": "int32"}


class Schemas:
    """Makes schemas and collects, as components, all that they refer to."""

    def __init__(self, contracts: Contracts) -> None:
        self._contracts = contracts
        self._components: dict[str, Schema] = {}

    @property
    def components(self) -> Mapping[str, Schema]:
        """Every schema referred to so far, by full name, sorted."""
        return dict(sorted(self._components.items()))

    def reference(self, message: Descriptor) -> Schema:
        """Returns a message's schema: a reference, but inline for protobuf's own types."""
        if message.full_name in WELL_KNOWN:
            return dict(WELL_KNOWN[message.full_name])
        if message.full_name not in self._components:
            self._components[message.full_name] = {}
            self._components[message.full_name] = self.object(message)
        return {"$ref": f"#/components/schemas/{message.full_name}"}

    def object(self, message: Descriptor, without: Iterable[str] = (), *, partial: bool = False) -> Schema:
        """Returns a message's schema inline, without some fields; in a partial one nothing is required."""
        skipped = frozenset(without)
        fields = [field for field in message.fields if field.name not in skipped]
        schema: Schema = {"type": "object", "title": message.name, "description": self._comment(message.full_name)}
        schema["properties"] = {field.json_name: self.field(field) for field in fields}
        required = [field.json_name for field in fields if "REQUIRED" in self.behaviors(field)]
        if required and not partial:
            schema["required"] = required
        choices = [self._choice(oneof) for oneof in message.oneofs if not _is_synthetic(oneof)]
        if choices:
            schema["allOf"] = choices
        rules = [rule["message"] for rule in self._rules(message, "message").get("cel", ()) if rule.get("message")]
        return {**schema, "x-xorb-rules": rules} if rules else schema

    def field(self, field: FieldDescriptor) -> Schema:
        """Returns the schema of one property, with its comment, rules and behaviour."""
        rules = self._rules(field, "field")
        schema = {**self._shape(field, rules), **keywords(rules)}
        if comment := self._comment(field.full_name):
            schema["description"] = comment
        behaviors = self.behaviors(field)
        if behaviors & {"OUTPUT_ONLY", "IDENTIFIER"}:
            schema["readOnly"] = True
        if "INPUT_ONLY" in behaviors:
            schema["writeOnly"] = True
        if "IMMUTABLE" in behaviors:
            schema["x-xorb-immutable"] = True
        return schema

    def behaviors(self, field: FieldDescriptor) -> frozenset[str]:
        """Returns the names of the field's `google.api.field_behavior`."""
        return frozenset(self._contracts.options(field).get("[google.api.field_behavior]", ()))

    def _shape(self, field: FieldDescriptor, rules: Options) -> Schema:
        message = field.message_type
        if message is not None and message.GetOptions().map_entry:
            value = message.fields_by_name["value"]
            return {"type": "object", "additionalProperties": {**self._single(value), **item_keywords(rules)}}
        if field.is_repeated:
            return {"type": "array", "items": {**self._single(field), **item_keywords(rules)}}
        return self._single(field)

    def _single(self, field: FieldDescriptor) -> Schema:
        if field.message_type is not None:
            return self.reference(field.message_type)
        if field.enum_type is not None:
            return self._enum(field.enum_type)
        return dict(_SCALARS.get(field.type, _INT32))

    def _enum(self, enum: EnumDescriptor) -> Schema:
        names = [value.name for value in enum.values]
        comments = {name: self._comment(f"{enum.full_name}.{name}") for name in names}
        self._components[enum.full_name] = {
            "type": "string",
            "title": enum.name,
            "description": self._comment(enum.full_name),
            "enum": names,
            "x-enumDescriptions": comments,
        }
        return {"$ref": f"#/components/schemas/{enum.full_name}"}

    def _choice(self, oneof: OneofDescriptor) -> Schema:
        """At most one of the members, or exactly one where the contract says so."""
        members: list[Schema] = [{"title": field.json_name, "required": [field.json_name]} for field in oneof.fields]
        if self._rules(oneof, "oneof").get("required"):
            return {"oneOf": members}
        some = [{"required": member["required"]} for member in members]
        return {"oneOf": [*members, {"title": "none", "not": {"anyOf": some}}]}

    def _rules(self, descriptor: Descriptor | FieldDescriptor | OneofDescriptor, kind: str) -> Options:
        rules: Options = self._contracts.options(descriptor).get(f"[buf.validate.{kind}]", {})
        return rules

    def _comment(self, full_name: str) -> str:
        return self._contracts.comments.get(full_name) or COMMENTS.get(full_name, "")


def _is_synthetic(oneof: OneofDescriptor) -> bool:
    """A field marked `optional` has a oneof of its own, which nobody wrote."""
    return len(oneof.fields) == 1 and oneof.name == f"_{oneof.fields[0].name}"
