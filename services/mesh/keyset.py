"""Orders (AIP-132), and where in an order the rows after a given one begin: what pages without OFFSET stand on.

NULL counts as greater than every value, as PostgreSQL has it: last when ascending, first when descending.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, and_, case, false, literal, or_, tuple_

from services.mesh.errors import Failure, FieldViolation, Reason
from services.mesh.filters import Field

_DIRECTIONS: Final = {"": False, "asc": False, "desc": True}
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Sort:
    """One part of an order.

    Attributes:
        name: What requests call it.
        expression: What is compared.
        descending: Whether the greatest values come first.
        present: Whether a value is never absent, whatever the expression tells.
    """

    name: str
    expression: ColumnElement[Any]
    descending: bool = False
    present: bool = False

    @property
    def clause(self) -> ColumnElement[Any]:
        """What stands in ORDER BY."""
        return self.expression.desc() if self.descending else self.expression.asc()

    @property
    def nullable(self) -> bool:
        """Whether a value may be absent, as far as the expression tells."""
        return not self.present and (not isinstance(self.expression, Column) or bool(self.expression.nullable))


def parse_order(text: str, fields: Mapping[str, Field]) -> tuple[Sort, ...]:
    """Returns the order that `order_by` asks for: field names parted by commas, each with `desc` or without.

    Raises:
        Failure: INVALID_ORDER; it can't be read, or names a field twice or one that rows can't be sorted by.
    """
    if not text.strip():
        return ()
    sorts = tuple(_sort(part, fields) for part in text.split(",", len(fields)))
    if len({sort.name for sort in sorts}) < len(sorts):
        raise _invalid("a field is named twice.")
    return sorts


def _sort(part: str, fields: Mapping[str, Field]) -> Sort:
    name, _, direction = " ".join(part.split()).partition(" ")
    field = fields.get(name)
    if field is None or field.column is None or field.repeated:
        sortable = ", ".join(sorted(name for name, field in fields.items() if _is_sortable(field)))
        raise _invalid(f"rows can't be sorted by `{name[:_SHOWN]}`; they can by {sortable}.")
    if direction not in _DIRECTIONS:
        raise _invalid(f"after {name} there may be `desc`, not `{direction[:_SHOWN]}`.")
    return Sort(name, _ranked(field, field.column), _DIRECTIONS[direction])


def _is_sortable(field: Field) -> bool:
    return field.column is not None and not field.repeated


def _ranked(field: Field, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Returns what sorts by a column's meaning: an enum from its least value to its greatest."""
    stored = list(field.values.values())
    if not stored or (all(isinstance(value, int) for value in stored) and stored == sorted(stored)):
        return column
    return case({value: rank for rank, value in enumerate(stored)}, value=column)


def _invalid(message: str) -> Failure:
    message = f"order_by: {message}"
    return Failure(Reason.INVALID_ORDER, message, (FieldViolation("order_by", message),))


def after(sorts: Sequence[Sort], values: Sequence[Any]) -> ColumnElement[bool]:
    """Returns the condition of the rows that come after the row with these values, one for each sort."""
    if _is_uniform(sorts, values):
        # One comparison of rows is what an index of these columns can be entered with.
        here = tuple_(*(sort.expression for sort in sorts))
        there = tuple_(*(_bound(sort, value) for sort, value in zip(sorts, values, strict=True)))
        return here < there if sorts[0].descending else here > there
    return or_(
        *(
            and_(*map(_same, sorts[:place], values[:place]), _beyond(sorts[place], values[place]))
            for place in range(len(sorts))
        )
    )


def _is_uniform(sorts: Sequence[Sort], values: Sequence[Any]) -> bool:
    if None in values or len({sort.descending for sort in sorts}) > 1:
        return False
    # When descending, rows with NULL came before; a comparison of rows leaves them out.
    return sorts[0].descending or not any(sort.nullable for sort in sorts)


def _same(sort: Sort, value: object) -> ColumnElement[bool]:
    return sort.expression.is_(None) if value is None else sort.expression == _bound(sort, value)


def _beyond(sort: Sort, value: object) -> ColumnElement[bool]:
    if value is None:
        return sort.expression.is_not(None) if sort.descending else false()
    if sort.descending:
        return sort.expression < _bound(sort, value)
    return or_(sort.expression > _bound(sort, value), sort.expression.is_(None))


def _bound(sort: Sort, value: object) -> ColumnElement[Any]:
    return literal(value, sort.expression.type)
