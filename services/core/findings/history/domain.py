"""What happened to a finding, and what it changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

UNTOLD = frozenset({"etag", "updateTime"})
"""Fields that change with every change, and say nothing."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened to a finding; `snapshot` is the finding after it, as its message."""

    id: UUID
    time: datetime
    type: str
    resource: str
    actor: str
    summary: str
    snapshot: bytes


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field, before and after, as JSON has them; None where it had no value."""

    field: str
    before: object
    after: object


def differences(
    fields: Iterable[str], before: Mapping[str, object], after: Mapping[str, object]
) -> tuple[FieldChange, ...]:
    """Returns which of the fields differ, in their order.

    Args:
        fields: The names of all fields.
        before: The values that there were.
        after: The values that there are.
    """
    told = (field for field in fields if field not in UNTOLD and before.get(field) != after.get(field))
    return tuple(FieldChange(field, before.get(field), after.get(field)) for field in told)
