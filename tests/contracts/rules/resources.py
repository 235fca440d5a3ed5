"""Rules about resources and their names."""

import re
from collections.abc import Iterator

from tests.contracts.rules.walk import fields, messages, resource
from tools.contracts.model import Contracts

_PATTERN = re.compile(r"[a-z][a-zA-Z]*/\{[a-z_]+\}(/[a-z][a-zA-Z]*/\{[a-z_]+\})*")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def resources_are_named_by_pattern(contracts: Contracts) -> Iterator[str]:
    """AIP-122 and 123: `xorb.dev/Noun`, collections and identifiers in turn, the last one's name the noun's.

    What there is exactly one of has its own name in place of an identifier (AIP-156).
    """
    for message in messages(contracts):
        declared = resource(contracts, message)
        for pattern in declared.get("pattern", ()):
            identifier = _WORD.sub("_", message.name).lower()
            parent, _, last = pattern.rpartition("/")
            named = pattern.endswith(f"{declared.get('plural')}/{{{identifier}}}") and _PATTERN.fullmatch(pattern)
            fits = named or (last == declared.get("singular") and _PATTERN.fullmatch(parent))
            if declared["type"] != f"xorb.dev/{message.name}" or not fits:
                yield f"{message.full_name}: {declared['type']}, {pattern}"


def a_resource_begins_with_its_name(contracts: Contracts) -> Iterator[str]:
    """Field 1, a string with the behaviour IDENTIFIER."""
    for message in messages(contracts):
        if resource(contracts, message):
            name = message.fields_by_number.get(1)
            behaviors = contracts.options(name).get("[google.api.field_behavior]", ()) if name else ()
            if name is None or name.name != "name" or "IDENTIFIER" not in behaviors:
                yield f"{message.full_name}: its first field isn't its name"


def only_accounts_are_outside_of_organizations(contracts: Contracts) -> Iterator[str]:
    """Everything else belongs to exactly one tenant."""
    for message in messages(contracts):
        for pattern in resource(contracts, message).get("pattern", ()):
            if not pattern.startswith(("organizations/{organization}", "accounts/{account}")):
                yield f"{message.full_name}: {pattern}"


def references_lead_to_resources(contracts: Contracts) -> Iterator[str]:
    """`type` and `child_type` of `google.api.resource_reference`."""
    known = {resource(contracts, message).get("type") for message in messages(contracts)} - {None}
    for field in fields(contracts):
        reference = contracts.options(field).get("[google.api.resource_reference]", {})
        yield from (f"{field.full_name}: no resource {one}" for one in reference.values() if one not in known)


def requests_say_what_their_names_name(contracts: Contracts) -> Iterator[str]:
    """`name` and `parent` have a `google.api.resource_reference`."""
    for field in fields(contracts):
        request = field.full_name.removesuffix(f".{field.name}").endswith("Request")
        referring = "[google.api.resource_reference]" in contracts.options(field)
        if request and field.name in {"name", "parent"} and not referring:
            yield f"{field.full_name}: no resource_reference"


RULES = (
    resources_are_named_by_pattern,
    a_resource_begins_with_its_name,
    only_accounts_are_outside_of_organizations,
    references_lead_to_resources,
    requests_say_what_their_names_name,
)
