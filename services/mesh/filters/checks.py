"""What a restriction means, decided once for the database and for watches: a few simple checks.

By kind of field, with `*` at an end of a text as wildcard:

    text      = (`*` at its ends is anything) != < <= > >= (by code point)   : contains, without regard to case
    number    = != < <= > >=   : as =
    time      = != < <= > >= with RFC 3339 times   : as =
    enum      = != by name, < <= > >= by the order of the names   : as =
    flag      = != with true and false   : as =
    name      = != with resource names   : as =
    repeated  : is among the values
    any       :* is present
"""

import operator as operators
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

from services.mesh import names
from services.mesh.errors import Failure
from services.mesh.filters.fields import Field, Kind
from services.mesh.filters.parse import And, Expression, Not, Operator, Or, Restriction, Value, invalid, parse

Scalar = str | Decimal | datetime | bool | UUID

COMPARISONS: Final[Mapping[Operator, Callable[[Any, Any], Any]]] = {
    Operator.EQUAL: operators.eq,
    Operator.LESS: operators.lt,
    Operator.LESS_OR_EQUAL: operators.le,
    Operator.GREATER: operators.gt,
    Operator.GREATER_OR_EQUAL: operators.ge,
}
"""What a `Compare` does with its two sides, columns or values."""

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
# Few enough digits for every number to fit a double and a numeric.
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?", re.ASCII)
_FLAGS: Final = {"true": True, "false": False}
_ORDERED = frozenset({"text", "number", "time", "enum"})
_EQUALITIES = frozenset({Operator.EQUAL, Operator.NOT_EQUAL, Operator.HAS})


@dataclass(frozen=True, slots=True)
class Present:
    """There is a value, or at least one where there may be many."""


@dataclass(frozen=True, slots=True)
class Compare:
    """The value is in this relation (never HAS or NOT_EQUAL) to the operand."""

    operator: Operator
    operand: Scalar


@dataclass(frozen=True, slots=True)
class Match:
    """The value begins with the text (`open_end`), ends with it (`open_start`) or holds it (both).

    `folded` is without regard to case, by Unicode's full case folding.
    """

    text: str
    open_start: bool
    open_end: bool
    folded: bool


@dataclass(frozen=True, slots=True)
class Among:
    """The enum's value is one of those with these names."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contains:
    """The operand, for an enum its name, is among the values."""

    operand: Scalar


Check = Present | Compare | Match | Among | Contains
T = TypeVar("T")


class Interpretation(Protocol[T]):
    """What checks and their combinations become."""

    def check(self, name: str, field: Field, check: Check) -> T:
        """Returns what stands for a check of one field; an absent value passes none."""

    def negate(self, part: T) -> T:
        """Returns what is true where `part` isn't."""

    def every(self, parts: Sequence[T]) -> T:
        """Returns what is true where all parts are."""

    def some(self, parts: Sequence[T]) -> T:
        """Returns what is true where one of the parts is."""


def interpret(text: str, fields: Mapping[str, Field], meaning: Interpretation[T]) -> T | None:
    """Returns what a filter becomes in an interpretation, None where it is empty.

    Raises:
        Failure: INVALID_FILTER.
    """
    expression = parse(text)
    return None if expression is None else fold(expression, fields, meaning)


def fold(expression: Expression, fields: Mapping[str, Field], meaning: Interpretation[T]) -> T:
    """Returns what a filter that was read becomes in an interpretation.

    Raises:
        Failure: INVALID_FILTER.
    """
    match expression:
        case And(parts):
            return meaning.every([fold(part, fields, meaning) for part in parts])
        case Or(parts):
            return meaning.some([fold(part, fields, meaning) for part in parts])
        case Not(part):
            return meaning.negate(fold(part, fields, meaning))
        case Restriction():
            return _restrict(expression, fields, meaning)


def _restrict(restriction: Restriction, fields: Mapping[str, Field], meaning: Interpretation[T]) -> T:
    name = restriction.field
    field = fields.get(name)
    if field is None:
        known = ", ".join(sorted(fields))
        raise invalid(f"there is no field {name[:60]}; there are {known}.", restriction.position)
    result = meaning.check(name, field, _check(restriction, field))
    if restriction.operator is Operator.NOT_EQUAL:
        return meaning.every([meaning.check(name, field, Present()), meaning.negate(result)])
    return result


def _check(restriction: Restriction, field: Field) -> Check:
    """Returns the check of a restriction; for `!=` the one that must fail."""
    operator, value = restriction.operator, restriction.value
    _refuse_operator(restriction, field)
    if operator is Operator.HAS and value.is_anything:
        return Present()
    if field.repeated:
        return Contains(_scalar(restriction, field))
    if field.kind == "enum":
        return Among(_among(operator, _name_of_value(restriction, field), tuple(field.values)))
    if field.kind == "text" and operator in _EQUALITIES and (match := _match(operator, value)):
        return match
    return Compare(Operator.EQUAL if operator in _EQUALITIES else operator, _scalar(restriction, field))


def _refuse_operator(restriction: Restriction, field: Field) -> None:
    operator, name = restriction.operator, restriction.field
    if field.repeated and operator is not Operator.HAS:
        raise invalid(f"{name} has many values; write {name}:value.", restriction.position)
    if field.kind not in _ORDERED and operator not in _EQUALITIES:
        raise invalid(f"{name} has no order; compare it with = or !=.", restriction.position)


def _match(operator: Operator, value: Value) -> Match | None:
    if operator is Operator.HAS:
        return Match(value.text, open_start=True, open_end=True, folded=True)
    if value.open_start or value.open_end:
        return Match(value.text, value.open_start, value.open_end, folded=False)
    return None


def _among(operator: Operator, name: str, order: tuple[str, ...]) -> tuple[str, ...]:
    place = order.index(name)
    return {
        Operator.LESS: order[:place],
        Operator.LESS_OR_EQUAL: order[: place + 1],
        Operator.GREATER: order[place + 1 :],
        Operator.GREATER_OR_EQUAL: order[place:],
    }.get(operator, (name,))


def _scalar(restriction: Restriction, field: Field) -> Scalar:
    value = restriction.value
    if value.open_start or value.open_end:
        raise invalid(f"{restriction.field} takes no * here.", restriction.position)
    return _READERS[field.kind](restriction, field)


def _text(restriction: Restriction, _field: Field) -> str:
    return restriction.value.text


def _number(restriction: Restriction, _field: Field) -> Decimal:
    if not _NUMBER.fullmatch(restriction.value.text):
        raise _unfit(restriction, "a number such as 7.5")
    return Decimal(restriction.value.text)


def _time(restriction: Restriction, _field: Field) -> datetime:
    text = restriction.value.text
    if not _TIME.fullmatch(text):
        raise _unfit(restriction, "a time such as 2026-01-31T12:00:00Z (RFC 3339)")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _unfit(restriction, "a time that the calendar has (RFC 3339)") from error


def _flag(restriction: Restriction, _field: Field) -> bool:
    flag = _FLAGS.get(restriction.value.text)
    if flag is None:
        raise _unfit(restriction, "true or false")
    return flag


def _name_of_value(restriction: Restriction, field: Field) -> str:
    value = restriction.value
    if value.text not in field.values or value.open_start or value.open_end:
        raise _unfit(restriction, f"one of {', '.join(field.values)}")
    return value.text


def _identifier(restriction: Restriction, field: Field) -> UUID:
    try:
        return names.parse(field.pattern, restriction.value.text)[-1]
    except Failure as failure:
        raise _unfit(restriction, f"a name of the form {field.pattern}") from failure


def _unfit(restriction: Restriction, needed: str) -> Failure:
    return invalid(f"{restriction.field} is compared with {needed}.", restriction.position)


_READERS: Final[Mapping[Kind, Callable[[Restriction, Field], Scalar]]] = {
    "text": _text,
    "number": _number,
    "time": _time,
    "enum": _name_of_value,
    "flag": _flag,
    "name": _identifier,
}
