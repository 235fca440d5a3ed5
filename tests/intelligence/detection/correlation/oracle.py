"""What correlations mean, said by brute force over all events at once."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from services.intelligence.detection.correlation.model import Correlation, Kind


class Seen(NamedTuple):
    """An event as it is made in tests."""

    id: str
    time: int
    rule: str
    fields: dict[str, object]


def fired(rule: Correlation, events: Sequence[Seen]) -> list[tuple[tuple[str, ...], int, float]]:
    """The group, time and value of each alert, by time and group."""
    found = []
    parts = [one for one in events if one.rule in rule.rules and _complete(rule, one)]
    for group in {_group(rule, one) for one in parts}:
        own = [one for one in parts if _group(rule, one) == group]
        quiet = -1
        for time in sorted({one.time for one in own}):
            value = _value(rule, [one for one in own if time - rule.span <= one.time <= time])
            if rule.condition.holds(value) and time > quiet:
                found.append((group, time, float(value)))
                quiet = time + rule.span
    return sorted(found, key=lambda one: (one[1], one[0]))


def _group(rule: Correlation, event: Seen) -> tuple[str, ...]:
    return tuple(str(event.fields[rule.field(name, event.rule)]) for name in rule.group_by)


def _complete(rule: Correlation, event: Seen) -> bool:
    return all(rule.field(name, event.rule) in event.fields for name in (*rule.group_by, *rule.fields))


def _values(rule: Correlation, window: Sequence[Seen]) -> Iterator[Fraction]:
    for one in window:
        value = one.fields[rule.field(rule.fields[0], one.rule)]
        assert isinstance(value, int | float)
        yield Fraction(value)


def _value(rule: Correlation, window: Sequence[Seen]) -> Fraction | int:
    match rule.kind:
        case Kind.EVENT_COUNT:
            return len(window)
        case Kind.VALUE_COUNT:
            return len({tuple(one.fields[rule.field(name, one.rule)] for name in rule.fields) for one in window})
        case Kind.TEMPORAL:
            return len({one.rule for one in window})
        case Kind.TEMPORAL_ORDERED:
            return _longest(rule, window)
        case Kind.VALUE_PERCENTILE:
            values = sorted(_values(rule, window))
            return next(v for v in values if 100 * sum(w <= v for w in values) >= rule.percentile * len(values))
        case kind:
            total = sum(_values(rule, window), Fraction())
            return total / len(window) if kind is Kind.VALUE_AVG else total


def _longest(rule: Correlation, window: Sequence[Seen]) -> int:
    """The most of the rules, from the first, that events stand for in order; tied ones in any."""
    for length in range(len(rule.rules), 0, -1):
        times = [[one.time for one in window if one.rule == name] for name in rule.rules[:length]]
        if any(list(chosen) == sorted(chosen) for chosen in product(*times)):
            return length
    return 0
