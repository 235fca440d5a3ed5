"""Filters as Python predicates, for watches: the same answers as SQL gives, value by value."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from services.mesh import names
from services.mesh.filters.checks import COMPARISONS, Among, Check, Compare, Contains, Match, Present, interpret
from services.mesh.filters.fields import Field
from services.mesh.filters.parse import Operator

Predicate: TypeAlias = Callable[[Mapping[str, object]], bool]


def to_predicate(text: str, fields: Mapping[str, Field]) -> Predicate:
    """Returns a filter as a predicate on a mapping of field names to values; an empty filter is always true.

    Values are of the types that `Field.kind` says; None and a missing key are absent values. Columns aren't used.

    Raises:
        Failure: INVALID_FILTER; the text can't be read, or names a field or a value that there isn't.
    """
    return interpret(text, fields, _Python()) or _always


def _always(_row: Mapping[str, object]) -> bool:
    return True


class _Python:
    """Checks as functions of a row."""

    def check(self, name: str, field: Field, check: Check) -> Predicate:
        test = _test(field, check)

        def passes(row: Mapping[str, object]) -> bool:
            value = row.get(name)
            return value is not None and test(value)

        return passes

    def negate(self, part: Predicate) -> Predicate:
        return lambda row: not part(row)

    def every(self, parts: Sequence[Predicate]) -> Predicate:
        return lambda row: all(part(row) for part in parts)

    def some(self, parts: Sequence[Predicate]) -> Predicate:
        return lambda row: any(part(row) for part in parts)


def _test(field: Field, check: Check) -> Callable[[Any], bool]:
    match check:
        case Present():
            return (lambda values: len(values) > 0) if field.repeated else (lambda _value: True)
        case Compare():
            return lambda value: _compare(field, value, check)
        case Match():
            return lambda text: _match(text, check)
        case Among():
            wanted = {*check.names, *(field.values[name] for name in check.names)}
            return lambda value: value in wanted
        case Contains():
            return _contains(field, check)


def _compare(field: Field, value: Any, check: Compare) -> bool:  # noqa: ANN401 - by the field's kind
    operand: Any = check.operand
    if isinstance(value, float) and isinstance(operand, Decimal):
        # PostgreSQL compares a double and a numeric as doubles.
        operand = float(operand)
    if field.kind == "name":
        value = names.parse(field.pattern, value)[-1]
    return bool(COMPARISONS[check.operator](value, operand))


def _match(text: str, check: Match) -> bool:
    wanted = check.text
    if check.folded:
        text, wanted = text.casefold(), wanted.casefold()
    if check.open_start and check.open_end:
        return wanted in text
    return text.endswith(wanted) if check.open_start else text.startswith(wanted)


def _contains(field: Field, check: Contains) -> Callable[[Any], bool]:
    if field.kind == "enum":
        wanted = {check.operand, field.values[str(check.operand)]}
        return lambda values: any(value in wanted for value in values)
    same = Compare(Operator.EQUAL, check.operand)
    return lambda values: any(_compare(field, value, same) for value in values if value is not None)
