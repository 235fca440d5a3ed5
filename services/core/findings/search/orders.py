"""The orders that an index of findings has, and which conditions it takes before it is read in order."""

from dataclasses import dataclass, replace
from typing import Final

from services.core.findings.tables import DEFAULT_ORDER, DUE, FIELDS
from services.mesh.filters.parse import And, Expression, Operator, Restriction
from services.mesh.keyset import Sort, parse_order

_INDEXED: Final = (
    ("severity", "last_seen_time"),
    ("last_seen_time",),
    ("first_seen_time",),
    ("due_time",),
    ("cvss_score", "last_seen_time"),
    ("check", "severity", "last_seen_time"),
    ("asset", "severity", "last_seen_time"),
    ("state", "severity", "last_seen_time"),
)
_GRAVEST: Final = _INDEXED[0]
_EQUAL: Final = ("duplicate_of", "import", "scan", "assignee", "target", "asset", "check", "state")
_RANGES: Final = frozenset({"first_seen_time", "last_seen_time", "due_time", "cvss_score"})
_SINGLE: Final = frozenset({"duplicate_of"})
_SEVERITY: Final = frozenset({Operator.EQUAL, Operator.GREATER, Operator.GREATER_OR_EQUAL, Operator.LESS})
_BOUNDS: Final = frozenset({Operator.GREATER, Operator.GREATER_OR_EQUAL, Operator.LESS, Operator.LESS_OR_EQUAL})


@dataclass(frozen=True, slots=True)
class Split:
    """A filter in two: what the index of the order is entered with, and what is looked at finding by finding."""

    entered: tuple[Expression, ...]
    rest: tuple[Expression, ...]


def wanted(order_by: str) -> tuple[Sort, ...]:
    """Returns the order that is asked for, completed to the one of an index where there is such.

    Raises:
        Failure: INVALID_ORDER.
    """
    sorts = parse_order(order_by or DEFAULT_ORDER, FIELDS)
    order = _index(sorts)
    if order is not None:
        direction = " desc" if sorts[0].descending else ""
        sorts = parse_order(", ".join(f"{name}{direction}" for name in order), FIELDS)
    return tuple(replace(sort, expression=DUE, present=True) if sort.name == "due_time" else sort for sort in sorts)


def is_indexed(sorts: tuple[Sort, ...]) -> bool:
    """Returns whether an index has this order."""
    return _index(sorts) is not None


def equalities(expression: Expression | None) -> tuple[Restriction, ...]:
    """Returns those parts of a filter that all have to hold and that an index is entered with, the narrowest first."""
    found = [part for part in parts(expression) if isinstance(part, Restriction) and _is_equality(part)]
    return tuple(sorted(found, key=lambda part: _EQUAL.index(part.field)))


def ranges(expression: Expression | None) -> tuple[Expression, ...]:
    """Returns those parts of a filter that all have to hold, for each field whose index they say a stretch of."""
    bounds: dict[str, list[Expression]] = {}
    for part in parts(expression):
        if isinstance(part, Restriction) and part.field in _RANGES and part.operator in _BOUNDS:
            bounds.setdefault(part.field, []).append(part)
    return tuple(And(tuple(both)) if len(both) > 1 else both[0] for both in bounds.values())


def cves(expression: Expression | None) -> tuple[str, ...]:
    """Returns the CVEs that a filter names and that all have to be there."""
    return tuple(
        part.value.text
        for part in parts(expression)
        if isinstance(part, Restriction) and part.field == "cve" and not part.value.open_start | part.value.open_end
    )


def split(expression: Expression | None, sorts: tuple[Sort, ...]) -> Split:
    """Returns a filter in two, for an order that an index has."""
    names = tuple(sort.name for sort in sorts)
    everything = parts(expression)
    if names != _GRAVEST:
        return Split((), everything)
    equal = [part for part in equalities(expression) if part.field not in _SINGLE][:1]
    entered = (*equal, *(part for part in everything if _is_of_severity(part)))
    return Split(entered, tuple(part for part in everything if part not in entered))


def parts(expression: Expression | None) -> tuple[Expression, ...]:
    """Returns the parts of a filter that all have to hold."""
    if expression is None:
        return ()
    return tuple(expression.parts) if isinstance(expression, And) else (expression,)


def _index(sorts: tuple[Sort, ...]) -> tuple[str, ...] | None:
    names = tuple(sort.name for sort in sorts)
    if len({sort.descending for sort in sorts}) > 1:
        return None
    return next((order for order in _INDEXED if order[: len(names)] == names), None)


def _is_equality(part: Restriction) -> bool:
    value = part.value
    return part.operator is Operator.EQUAL and part.field in _EQUAL and not value.open_start and not value.open_end


def _is_of_severity(part: Expression) -> bool:
    return isinstance(part, Restriction) and part.field == "severity" and part.operator in _SEVERITY
