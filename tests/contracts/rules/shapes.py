"""Rules about the shapes that every list and every watch has."""

from collections.abc import Iterator, Mapping

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from tests.contracts.rules.walk import label, own, request, resource, response
from tools.contracts.model import Contracts, Method

_COMMON = "xorb.common.v1"
_WATCH_REQUEST = {1: "parent", 2: "filter", 3: "resume_token"}
_WATCH_RESPONSE = {1: "event", 2: "checkpoint", 3: "reset", 4: "end", 5: "resume_token"}
_WATCH_TYPES = {
    "checkpoint": f"{_COMMON}.Checkpoint",
    "reset": f"{_COMMON}.Reset",
    "end": "google.rpc.Status",
}


def lists_have_pages(contracts: Contracts) -> Iterator[str]:
    """AIP-158: size and token in, one repeated field and the next token out."""
    for method in own(contracts):
        if method.name.startswith("List"):
            yield from _page(contracts, method)


def _page(contracts: Contracts, method: Method) -> Iterator[str]:
    asked, answered = request(method), response(method)
    size = asked.get("page_size")
    limits = contracts.options(size).get("[buf.validate.field]", {}).get("int32", {}) if size else {}
    if limits != {"gte": 0, "lte": 1000}:
        yield f"{label(method)}: page_size isn't 0 to 1000"
    if not _is_string(asked, "page_token") or not _is_string(answered, "next_page_token"):
        yield f"{label(method)}: lacks page_token or next_page_token"
    if [field.number for field in answered.values() if field.is_repeated] != [1] or len(answered) != 2:
        yield f"{label(method)}: its response isn't one repeated field and a token"


def watches_have_one_shape(contracts: Contracts) -> Iterator[str]:
    """A Watch is a server's stream, and a server's stream a Watch; both messages are the same for all.

    A stream of both sides is none.
    """
    for method in own(contracts):
        if method.descriptor.client_streaming:
            continue
        named = method.name.startswith("Watch")
        if named != bool(method.descriptor.server_streaming):
            yield f"{label(method)}: named and streaming disagree"
        elif named and not _is_watch(method.descriptor.input_type, method.descriptor.output_type):
            yield f"{label(method)}: isn't of the one shape"


def _is_watch(asked: Descriptor, answered: Descriptor) -> bool:
    fields = {field.name: field for field in answered.fields}
    return (
        {field.number: field.name for field in asked.fields} == _WATCH_REQUEST
        and {field.number: field.name for field in answered.fields} == _WATCH_RESPONSE
        and [field.name for field in answered.oneofs_by_name["record"].fields] == list(_WATCH_RESPONSE.values())[:4]
        and all(_is_message(fields, name, full_name) for name, full_name in _WATCH_TYPES.items())
        and _has_metadata(fields["event"])
    )


def _has_metadata(event: FieldDescriptor) -> bool:
    fields = {field.name: field for field in event.message_type.fields} if event.message_type else {}
    return _is_message(fields, "metadata", f"{_COMMON}.EventMetadata")


def standard_methods_return_the_resource(contracts: Contracts) -> Iterator[str]:
    """AIP-131, 133 and 134: itself, or an operation that ends with it (AIP-151)."""
    for method in own(contracts):
        standard = method.name.startswith(("Get", "Create", "Update"))
        singleton = method.name.startswith("Get") and "name" not in request(method)
        if standard and not singleton and not resource(contracts, _outcome(contracts, method)):
            yield f"{label(method)}: returns {method.descriptor.output_type.full_name}"


def _outcome(contracts: Contracts, method: Method) -> Descriptor:
    info = contracts.options(method.descriptor).get("[google.longrunning.operation_info]")
    if info is None:
        return method.descriptor.output_type
    package = method.service.rpartition(".")[0]
    return contracts.message(f"{package}.{info['response_type']}")


def _is_string(fields: Mapping[str, FieldDescriptor], name: str) -> bool:
    return name in fields and fields[name].type == FieldDescriptor.TYPE_STRING and not fields[name].is_repeated


def _is_message(fields: Mapping[str, FieldDescriptor], name: str, full_name: str) -> bool:
    message = fields[name].message_type if name in fields else None
    return message is not None and message.full_name == full_name


RULES = (lists_have_pages, watches_have_one_shape, standard_methods_return_the_resource)
