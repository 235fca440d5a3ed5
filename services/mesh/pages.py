"""Pages of a list (AIP-158): each goes on right after the last row of the one before, whatever was inserted meanwhile.

A page token holds the last row's place in the order, signed together with the organization, the scope, the filter and
the order that it is for. It stays valid as long as these stay the same; the page's size may change.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, RowMapping, Select, select, true
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from services.mesh import cursors
from services.mesh.database import Unit
from services.mesh.errors import Failure, Reason, invalid_field
from services.mesh.filters import Field, to_sql
from services.mesh.keyset import Sort, after, parse_order
from services.mesh.signing import Signer

USUAL_SIZE: Final = 50
LARGEST_SIZE: Final = 1000

Columns = ReadOnlyColumnCollection[str, Any]
"""The columns of what a statement selects from, by name."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of which list.

    Attributes:
        scope: What is listed: the method and all of the request that chooses rows besides the filter, such as
            `ListTargets:organizations/…`.
        size: Rows at most; 0 for `USUAL_SIZE`, more than `LARGEST_SIZE` for `LARGEST_SIZE`.
        token: The page before's `next_page_token`; empty for the first page.
        filter: Which rows (AIP-160).
        order_by: In which order (AIP-132); empty for the list's own.
    """

    scope: str
    size: int = 0
    token: str = ""
    filter: str = ""
    order_by: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page's rows, with the columns of the statement, and the token of the next page, empty after the last."""

    rows: list[Row[Any]]
    next_page_token: str

    @property
    def mappings(self) -> list[RowMapping]:
        """The rows, as values by column name."""
        return [row._mapping for row in self.rows]  # noqa: SLF001 - SQLAlchemy's public name


@dataclass(frozen=True, slots=True)
class Walk:
    """A list that is read in order, at most so many rows for one page.

    Attributes:
        statement: What is listed, with those conditions that the index of the order takes; no order and limit.
        sorts: The order, by columns of the statement; the last is never absent and in each row different.
        rest: The conditions that are looked at row by row, on the statement's columns; None where there are none.
        steps: How many rows one page looks at.
    """

    statement: Select[Any]
    sorts: Sequence[Sort]
    rest: Callable[[Columns], ColumnElement[bool]] | None
    steps: int


class Pager:
    """Cuts lists into pages."""

    def __init__(self, key: str) -> None:
        """Takes the secret that signs page tokens (see `Signer`)."""
        self._signer = Signer(key)

    async def page(
        self,
        unit: Unit,
        statement: Select[Any],
        request: PageRequest,
        *,
        fields: Mapping[str, Field],
        default_order: str,
        key: ColumnElement[Any],
    ) -> Page:
        """Returns one page of the statement's rows.

        Args:
            unit: The transaction.
            statement: What is listed, without order and limit.
            request: The page that is asked for.
            fields: What may be filtered and sorted by. A text of more than a few hundred characters makes tokens too
                long to send.
            default_order: The order if none is asked for, written like `order_by`; may be empty.
            key: A column that is never absent and in each row different; it decides where the order doesn't.

        Raises:
            Failure: INVALID_FILTER, INVALID_ORDER, INVALID_PAGE_TOKEN, INVALID_FIELD for a negative size.
        """
        sorts = _with_key(parse_order(request.order_by, fields) or parse_order(default_order, fields), key)
        purpose = _purpose(unit.organization, request, sorts)
        condition = to_sql(request.filter, fields)
        if condition is not None:
            statement = statement.where(condition)
        if request.token:
            statement = statement.where(after(sorts, self._open(request.token, purpose)))
        rows, places = await _fetch(unit, statement, sorts, size := _size(request.size))
        token = self._signer.sign(cursors.encode(places[size - 1]), purpose) if len(rows) > size else ""
        return Page(rows[:size], token)

    async def walk(self, unit: Unit, walk: Walk, request: PageRequest) -> Page:
        """Returns one page of a walk; it may hold fewer rows than asked for, or none, and yet have a next page.

        Raises:
            Failure: INVALID_PAGE_TOKEN, INVALID_FIELD for a negative size.
        """
        purpose = _purpose(unit.organization, request, walk.sorts)
        inner = walk.statement
        if request.token:
            inner = inner.where(after(walk.sorts, self._open(request.token, purpose)))
        inner = inner.order_by(*(sort.clause for sort in walk.sorts))
        size = _size(request.size)
        statement = inner if walk.rest is None else _looked_at(inner.limit(walk.steps), walk)
        rows = list((await unit.execute(statement.limit(size + 1))).all())
        if len(rows) > size:
            place = [getattr(rows[size - 1], str(sort.expression.key)) for sort in walk.sorts]
            return Page(rows[:size], self._signer.sign(cursors.encode(place), purpose))
        last = None if walk.rest is None else (await unit.execute(_last_step(walk, inner))).one_or_none()
        return Page(rows, self._signer.sign(cursors.encode(tuple(last)), purpose) if last else "")

    def place(self, unit: Unit, request: PageRequest, sorts: Sequence[Sort]) -> list[Any] | None:
        """Returns after which place in the order a page begins; None for the first.

        Raises:
            Failure: INVALID_PAGE_TOKEN.
        """
        return self._open(request.token, _purpose(unit.organization, request, sorts)) if request.token else None

    def token(self, unit: Unit, request: PageRequest, sorts: Sequence[Sort], place: Sequence[Any]) -> str:
        """Returns the token of the page that begins after a place in the order."""
        return self._signer.sign(cursors.encode(place), _purpose(unit.organization, request, sorts))

    def _open(self, token: str, purpose: str) -> list[Any]:
        try:
            return cursors.decode(self._signer.open(token, purpose))
        except ValueError as error:
            raise Failure(Reason.INVALID_PAGE_TOKEN) from error


def _looked_at(inner: Select[Any], walk: Walk) -> Select[Any]:
    """Returns the statement for those rows of a stretch of a walk that its other conditions hold for."""
    walked = inner.subquery("walked")
    rest = walk.rest(walked.c) if walk.rest else true()
    sorts = [replace(sort, expression=walked.c[str(sort.expression.key)]) for sort in walk.sorts]
    return select(walked).where(rest).order_by(*(sort.clause for sort in sorts))


def _last_step(walk: Walk, inner: Select[Any]) -> Select[Any]:
    """Returns the statement for the place of the last row that a page may look at, if there are so many."""
    places = [sort.expression for sort in walk.sorts]
    return inner.with_only_columns(*places).limit(1).offset(walk.steps - 1)


async def _fetch(
    unit: Unit, statement: Select[Any], sorts: Sequence[Sort], size: int
) -> tuple[list[Row[Any]], list[tuple[Any, ...]]]:
    """Returns one row more than `size`, if there is, and each row's place in the order."""
    places = [sort.expression.label(f"page_place_{number}") for number, sort in enumerate(sorts)]
    statement = statement.add_columns(*places).order_by(*(sort.clause for sort in sorts)).limit(size + 1)
    result = (await unit.execute(statement)).freeze()
    width = len(result().keys()) - len(places)
    rows = result().columns(*range(width)).all()
    return list(rows), [tuple(row)[width:] for row in result().all()]


def _with_key(sorts: tuple[Sort, ...], key: ColumnElement[Any]) -> tuple[Sort, ...]:
    # In the direction of the sort before it, so that one index serves both.
    return (*sorts, Sort("", key, bool(sorts) and sorts[-1].descending))


def _purpose(organization: UUID, request: PageRequest, sorts: Sequence[Sort]) -> str:
    order = [(sort.name, sort.descending) for sort in sorts]
    return json.dumps(["page", str(organization), request.scope, request.filter.strip(), order])


def _size(size: int) -> int:
    if size < 0:
        raise invalid_field("page_size", "It can't be negative.")
    return min(size or USUAL_SIZE, LARGEST_SIZE)
