"""Path and query parameters, and the body, of a method's HTTP binding (google/api/http.proto)."""

import re
from collections.abc import Iterator, Mapping

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from tools.contracts.model import Binding, Contracts, Method
from tools.contracts.openapi.schemas import Schemas
from tools.contracts.openapi.well_known import WELL_KNOWN, Schema
from tools.contracts.paths import PathTemplate, Variable

_BYTES = "google.api.HttpBody"
_COLLECTION = re.compile(r"([a-zA-Z]+)/\{([a-z_]+)\}")


class Requests:
    """Describes how a request message travels in path, query and body."""

    def __init__(self, contracts: Contracts, schemas: Schemas) -> None:
        self._schemas = schemas
        self._identifiers = _identifiers(contracts)

    def path(self, binding: Binding) -> str:
        """Returns the path as OpenAPI writes it, such as `/v1/organizations/{organization}/targets`."""
        parts = PathTemplate.parse(binding.path).parts
        return "".join(self._expanded(part) if isinstance(part, Variable) else part for part in parts)

    def parameters(self, method: Method, binding: Binding) -> list[Schema]:
        """Returns the path parameters in order, then the query parameters in the order of the fields."""
        in_path = re.findall(r"\{([a-z_]+)\}", self.path(binding))
        return [*map(self._path_parameter, in_path), *self._query(method.descriptor.input_type, binding)]

    def body(self, method: Method, binding: Binding) -> Schema:
        """Returns the `requestBody` in a mapping of its own; an empty one where there is none."""
        if not binding.body:
            return {}
        message: Descriptor = method.descriptor.input_type
        bound = {variable.field for variable in PathTemplate.parse(binding.path).variables}
        field = message.fields_by_name.get(binding.body)
        if field is not None and field.message_type is not None and field.message_type.full_name == _BYTES:
            # As they are, of any kind: a media type without schema (OpenAPI 3.1, "Considerations for Binary Data").
            return {"requestBody": {"required": False, "content": {"application/octet-stream": {}}}}
        if field is not None and field.message_type is not None:
            partial = binding.verb == "patch"
            content: Descriptor = field.message_type
            schema = self._schemas.object(content, partial=True) if partial else self._schemas.reference(content)
        elif bound:
            schema = self._schemas.object(message, without=bound)
        else:
            schema = self._schemas.reference(message)
        required = binding.body != "*" or "required" in schema or "$ref" in schema
        return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}

    def _expanded(self, variable: Variable) -> str:
        segments = variable.pattern.split("/")
        names = [self._identifiers.get(collection, collection) for collection in ["", *segments]]
        pairs = zip(segments, names, strict=False)
        return "/".join(f"{{{name}}}" if segment in {"*", "**"} else segment for segment, name in pairs)

    def _path_parameter(self, name: str) -> Schema:
        collection = next((one for one, identifier in self._identifiers.items() if identifier == name), name)
        if name == "operation":
            text = "The name of the resource that the operation works on; its slashes are part of the path."
            return {**_parameter("path", name, text), "x-xorb-segments": "many"}
        return _parameter("path", name, f"The identifier below `{collection}/`.")

    def _query(self, message: Descriptor, binding: Binding) -> Iterator[Schema]:
        if binding.body == "*":
            return
        bound = {variable.field.partition(".")[0] for variable in PathTemplate.parse(binding.path).variables}
        for field in message.fields:
            if field.name not in bound | {binding.body}:
                yield from self._query_field(field, field.json_name)

    def _query_field(self, field: FieldDescriptor, name: str) -> Iterator[Schema]:
        message = field.message_type
        if message is not None and message.full_name not in WELL_KNOWN:
            for nested in message.fields:
                yield from self._query_field(nested, f"{name}.{nested.json_name}")
            return
        schema = self._schemas.field(field)
        parameter: Schema = {"name": name, "in": "query", "description": schema.pop("description", "")}
        if "REQUIRED" in self._schemas.behaviors(field):
            parameter["required"] = True
        yield {**parameter, "schema": schema}


def _parameter(place: str, name: str, description: str) -> Schema:
    schema = {"type": "string", "minLength": 1}
    return {"name": name, "in": place, "required": True, "description": description, "schema": schema}


def _identifiers(contracts: Contracts) -> Mapping[str, str]:
    """Returns collection → variable as the resource patterns name them, such as `targets` → `target`."""
    messages = [message for file in contracts.files for message in file.message_types_by_name.values()]
    resources = [contracts.options(message).get("[google.api.resource]", {}) for message in messages]
    patterns = [pattern for resource in resources for pattern in resource.get("pattern", ())]
    return {"operations": "operation", **{c: name for one in patterns for c, name in _COLLECTION.findall(one)}}
