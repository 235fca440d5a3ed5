"""Resource names (AIP-122): collections and identifiers in turn: `organizations/{uuid}/targets/{uuid}`."""

import re
from functools import cache
from uuid import UUID

from services.mesh.errors import Failure, Reason

_IDENTIFIER = "([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_VARIABLE = re.compile(r"\{[a-z_]+\}")


def parse(pattern: str, text: str) -> tuple[UUID, ...]:
    """Returns the identifiers in a resource name, in order.

    Args:
        pattern: The form, such as `organizations/{organization}/targets/{target}`.
        text: The name; its identifiers are UUIDs in lower case (RFC 9562 §4): one resource, one name.

    Raises:
        Failure: INVALID_NAME; the name is not of that form.
    """
    match = _expression(pattern).fullmatch(text)
    if match is None:
        raise Failure(
            Reason.INVALID_NAME,
            f"The name must be of the form {pattern} with UUIDs in lower case.",
        )
    return tuple(UUID(identifier) for identifier in match.groups())


def join(*parts: str | UUID) -> str:
    """Returns the name of these collections and identifiers: `join("organizations", o, "targets", t)`."""
    return "/".join(str(part) for part in parts)


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(_IDENTIFIER.join(re.escape(text) for text in _VARIABLE.split(pattern)))
