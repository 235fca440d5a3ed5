"""Filters as SQL conditions: values travel as bound parameters, nothing of the filter is in the statement's text."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Numeric, Text, and_, any_, false, func, literal, or_

from services.mesh.filters.checks import COMPARISONS, Among, Check, Compare, Contains, Match, Present, fold, interpret
from services.mesh.filters.fields import Field
from services.mesh.filters.parse import Expression, Operator

Condition = ColumnElement[bool]


def to_sql(text: str, fields: Mapping[str, Field]) -> Condition | None:
    """Returns a filter as a condition on the fields' columns, None where it is empty.

    Case is folded by PostgreSQL 18's `casefold` and its collation `pg_unicode_fast`, in Unicode's way.

    Raises:
        Failure: INVALID_FILTER; the text can't be read, or names a field or a value that there isn't.
    """
    return interpret(text, fields, _Sql())


def condition(expression: Expression, fields: Mapping[str, Field]) -> Condition:
    """Returns a filter, or a part of one, as a condition on the fields' columns.

    Raises:
        Failure: INVALID_FILTER; it names a field or a value that there isn't.
    """
    return fold(expression, fields, _Sql())


class _Sql:
    """Checks as conditions; one may be NULL where the value is absent, which WHERE takes for false."""

    def check(self, name: str, field: Field, check: Check) -> Condition:
        column = field.column
        if column is None:
            raise TypeError(f"The field {name} has no column.")
        match check:
            case Present():
                return func.cardinality(column) > 0 if field.repeated else column.is_not(None)
            case Compare():
                return _compare(field, column, check)
            case Match():
                return _match(column, check)
            case Among():
                return column.in_([field.values[name] for name in check.names]) if check.names else false()
            case Contains():
                return _contains(field, column, check)

    def negate(self, part: Condition) -> Condition:
        return part.is_not(True)

    def every(self, parts: Sequence[Condition]) -> Condition:
        return and_(*parts)

    def some(self, parts: Sequence[Condition]) -> Condition:
        return or_(*parts)


def _compare(field: Field, column: ColumnElement[Any], check: Compare) -> Condition:
    if field.kind == "text" and check.operator is not Operator.EQUAL:
        column = column.collate("C")
    operand = literal(check.operand, Numeric()) if isinstance(check.operand, Decimal) else check.operand
    condition: Condition = COMPARISONS[check.operator](column, operand)
    return condition


def _match(column: ColumnElement[Any], check: Match) -> Condition:
    text = check.text
    if check.folded:
        column, text = func.casefold(column.collate("pg_unicode_fast"), type_=Text()), text.casefold()
    if check.open_start and check.open_end:
        return column.contains(text, autoescape=True)
    return column.endswith(text, autoescape=True) if check.open_start else column.startswith(text, autoescape=True)


def _contains(field: Field, column: ColumnElement[Any], check: Contains) -> Condition:
    if isinstance(check.operand, Decimal):
        return any_(column) == literal(check.operand, Numeric())
    operand = field.values[str(check.operand)] if field.kind == "enum" else check.operand
    # Containment, unlike ANY, can use an index of the array's elements.
    return column.bool_op("@>")(literal([operand], column.type))
