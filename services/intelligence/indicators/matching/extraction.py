"""What of an event is looked at: planned once for each set of fields that events come with."""

from collections.abc import Mapping
from typing import NamedTuple

from services.intelligence.indicators.matching.fields import FIELDS, Holds

_PLANS = 4096
_LISTED = 64


class Observed(NamedTuple):
    """A value that an event shows, and where."""

    field: str
    holds: Holds
    value: str


class Plans:
    """Which of an event's fields are looked at, remembered by the event's fields; at most 4,096 shapes of events."""

    def __init__(self, fields: Mapping[str, Holds] = FIELDS) -> None:
        self._fields = fields
        self._plans: dict[tuple[str, ...], tuple[tuple[str, Holds], ...]] = {}

    def of(self, event: Mapping[str, object]) -> tuple[tuple[str, Holds], ...]:
        """Returns the fields of the event that are looked at, and what each holds."""
        shape = tuple(event)
        plan = self._plans.get(shape)
        if plan is None:
            if len(self._plans) >= _PLANS:
                self._plans.clear()
            plan = tuple((field, self._fields[field]) for field in shape if field in self._fields)
            self._plans[shape] = plan
        return plan


_SHARED = Plans()


def observables_of(event: Mapping[str, object], plans: Plans = _SHARED) -> list[Observed]:
    """Returns what a flat event shows, in the event's order; of a list its first 64 texts, of a number its digits."""
    seen = []
    for field, holds in plans.of(event):
        value = event[field]
        if isinstance(value, str):
            seen.append(Observed(field, holds, value))
        else:
            seen.extend(Observed(field, holds, each) for each in texts(value))
    return seen


def texts(value: object) -> list[str]:
    """Returns the texts in a value that is no text itself."""
    if isinstance(value, list | tuple):
        return [each for each in value[:_LISTED] if isinstance(each, str)]
    return [str(value)] if isinstance(value, int) and not isinstance(value, bool) else []
