"""Rules about comments and documented errors."""

from collections.abc import Iterator

from tests.contracts.rules.walk import enums, fields, label, messages
from tools.contracts.model import Contracts
from tools.contracts.openapi.errors import HTTP_STATUS, catalogue

_REASONS = "xorb.common.v1.ErrorReason"


def everything_has_a_comment(contracts: Contracts) -> Iterator[str]:
    """Services, methods, messages, fields, oneofs, enums and their values."""
    names = [service.full_name for service in contracts.services]
    names += [message.full_name for message in messages(contracts)]
    names += [field.full_name for field in fields(contracts)]
    names += [enum.full_name for enum in enums(contracts)]
    names += [f"{enum.full_name}.{value.name}" for enum in enums(contracts) for value in enum.values]
    yield from (f"{name}: no comment" for name in names if not contracts.comments.get(name))
    yield from (f"{label(method)}: no comment" for method in contracts.methods if not method.description)


def comments_are_sentences(contracts: Contracts) -> Iterator[str]:
    """They become the reference: each ends with a full stop."""
    for name, comment in contracts.comments.items():
        if name.startswith("xorb.") and not comment.endswith((".", ":", "`", ")")):
            yield f"{name}: comment ends with {comment[-20:]!r}"


def every_method_documents_its_errors(contracts: Contracts) -> Iterator[str]:
    """By reasons of the catalogue."""
    known = catalogue(contracts)
    for method in contracts.methods:
        if not method.reasons:
            yield f"{label(method)}: no line `Errors:`"
        yield from (f"{label(method)}: unknown reason {name}" for name in method.reasons if name not in known)


def every_reason_says_its_status_code(contracts: Contracts) -> Iterator[str]:
    """At the beginning of its comment, in capitals."""
    known = catalogue(contracts)
    (enum,) = [enum for enum in enums(contracts) if enum.full_name == _REASONS]
    for value in enum.values[1:]:
        found = known.get(value.name.removeprefix("ERROR_REASON_"))
        if found is None or found.code not in HTTP_STATUS:
            yield f"{value.name}: its comment doesn't begin with a status code"


RULES = (
    everything_has_a_comment,
    comments_are_sentences,
    every_method_documents_its_errors,
    every_reason_says_its_status_code,
)
