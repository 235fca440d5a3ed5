"""Correlations as they are evaluated, what they take and what they tell. Times are microseconds since 1970, UTC."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

Number = int | float | Fraction


class Kind(StrEnum):
    """What is measured of a window."""

    EVENT_COUNT = "event_count"
    VALUE_COUNT = "value_count"
    TEMPORAL = "temporal"
    TEMPORAL_ORDERED = "temporal_ordered"
    VALUE_SUM = "value_sum"
    VALUE_AVG = "value_avg"
    VALUE_PERCENTILE = "value_percentile"


NUMERIC = frozenset({Kind.VALUE_SUM, Kind.VALUE_AVG, Kind.VALUE_PERCENTILE})

OPERATORS: Mapping[str, Callable[[Number, Number], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "eq": operator.eq,
    "neq": operator.ne,
}


@dataclass(frozen=True)
class Condition:
    """Bounds that a measure must keep, all of them; `gte` and `lt` together are a range."""

    bounds: tuple[tuple[str, int | float], ...]

    def holds(self, value: Number) -> bool:
        """Whether a measure keeps all bounds."""
        return all(OPERATORS[name](value, bound) for name, bound in self.bounds)

    def __str__(self) -> str:
        return " and ".join(f"{name} {bound}" for name, bound in self.bounds)


@dataclass(frozen=True)
class Correlation:
    """A correlation whose references are keys of rules or correlations once `resolving` is through.

    `span` is in microseconds; `aliases` maps a name to the field that has it, by reference.
    """

    key: str
    name: str
    title: str
    level: str
    tags: tuple[str, ...]
    kind: Kind
    rules: tuple[str, ...]
    group_by: tuple[str, ...]
    span: int
    condition: Condition
    fields: tuple[str, ...] = ()
    percentile: int = 0
    aliases: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    generate: bool = False

    def field(self, name: str, rule: str) -> str:
        """The field of a rule's events that a name means."""
        return dict(dict(self.aliases).get(name, ())).get(rule, name)


class Entry(NamedTuple):
    """An event's part in a window: when, which event, by which rule, and the value that is measured."""

    time: int
    event: str
    rule: str
    value: str | int | Fraction = ""


@dataclass(frozen=True)
class Alert:
    """A window that satisfied a correlation, and why.

    It reaches from `start` to `time`, both included. `suppressed` counts the times the same group satisfied the
    condition since the alert before.
    """

    correlation: str
    title: str
    level: str
    tags: tuple[str, ...]
    start: int
    time: int
    group: tuple[tuple[str, str], ...]
    events: tuple[Entry, ...]
    value: float
    explanation: str
    suppressed: int

    @property
    def id(self) -> str:
        """The same whenever the same events are correlated."""
        return "/".join((self.correlation, str(self.time), *(value for _, value in self.group)))
