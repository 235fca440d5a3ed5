"""What a correlation takes of an event: its group and the value that is measured."""

import math
from collections.abc import Mapping
from fractions import Fraction

from services.intelligence.detection.correlation.model import NUMERIC, Correlation
from services.intelligence.detection.sigma.matching.values import number, several, text

Part = tuple[tuple[str, ...], str | int | Fraction]


def part(correlation: Correlation, rule: str, event: Mapping[str, object]) -> Part | None:
    """The group and value of an event that a rule matched; None where it lacks a field, and so has no part.

    Groups are compared in lower case, as all text of rules; a list is one value.
    """
    group = [_shown(event, correlation.field(name, rule)).lower() for name in correlation.group_by]
    if not all(group):
        return None
    if not correlation.fields:
        return tuple(group), ""
    names = [correlation.field(name, rule) for name in correlation.fields]
    if correlation.kind in NUMERIC:
        value = _number(event.get(names[0]))
        return None if value is None else (tuple(group), value)
    shown = [_shown(event, name).lower() for name in names]
    return (tuple(group), "\x1f".join(shown)) if all(shown) else None


def fields(correlation: Correlation, rule: str) -> frozenset[str]:
    """The fields that `part` reads of a rule's events."""
    return frozenset(correlation.field(name, rule) for name in (*correlation.group_by, *correlation.fields))


def _shown(event: Mapping[str, object], name: str) -> str:
    return "\x1f".join(map(text, several(event.get(name))))


def _number(value: object) -> int | Fraction | None:
    found = number(value)
    if found is None or not math.isfinite(found):
        return None
    return int(found) if found.is_integer() else Fraction(found)
