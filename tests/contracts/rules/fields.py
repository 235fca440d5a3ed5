"""Rules about single fields."""

from collections.abc import Iterator

from google.protobuf.descriptor import FieldDescriptor

from tests.contracts.rules.walk import changes, fields, label, messages, request
from tools.contracts.model import Contracts, Method

_OPTIONS = "xorb.options."
_KINDS = {"REQUIRED", "OPTIONAL", "OUTPUT_ONLY", "IMMUTABLE", "IDENTIFIER"}


def every_field_says_its_behavior(contracts: Contracts) -> Iterator[str]:
    """AIP-203; only the options themselves, which no call carries, needn't."""
    for field in fields(contracts):
        behaviors = set(contracts.options(field).get("[google.api.field_behavior]", ()))
        if not field.full_name.startswith(_OPTIONS) and not behaviors & _KINDS:
            yield f"{field.full_name}: no field_behavior"


def changes_can_be_repeated(contracts: Contracts) -> Iterator[str]:
    """AIP-155: `request_id`, an optional UUID.

    Not where secrets are the response, which nobody may keep for a replay, nor in a request without any field, nor of a
    stream of requests, which says itself where it goes on.
    """
    for method in contracts.methods:
        secret = method.policy is not None and method.policy.rate_class == "SIGN_IN"
        streams = method.descriptor.client_streaming
        if changes(method) and not method.external and not secret and not streams and request(method):
            yield from _request_id(contracts, method)


def _request_id(contracts: Contracts, method: Method) -> Iterator[str]:
    field = request(method).get("request_id")
    if field is None:
        yield f"{label(method)}: no request_id"
        return
    rules = contracts.options(field).get("[buf.validate.field]", {})
    if rules != {"string": {"uuid": True}, "ignore": "IGNORE_IF_ZERO_VALUE"}:
        yield f"{field.full_name}: isn't declared as an optional UUID"


def strings_in_requests_are_bounded(contracts: Contracts) -> Iterator[str]:
    """Whoever can call can fill memory otherwise; names, tags and UUIDs are bounded by what they are."""
    for message in messages(contracts):
        if message.name.endswith("Request"):
            for field in message.fields:
                yield from _bounded(contracts, field)


def _bounded(contracts: Contracts, field: FieldDescriptor) -> Iterator[str]:
    options = contracts.options(field)
    rules = options.get("[buf.validate.field]", {})
    if "max_items" in rules.get("repeated", {}):
        rules = rules["repeated"].get("items", {})
    rules = rules.get("string", {})
    named = "[google.api.resource_reference]" in options or field.name == "etag"
    if field.type == FieldDescriptor.TYPE_STRING and not named and not rules.keys() & {"max_len", "uuid"}:
        yield f"{field.full_name}: no max_len"


RULES = (every_field_says_its_behavior, changes_can_be_repeated, strings_in_requests_are_bounded)
