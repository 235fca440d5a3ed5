"""One page of findings, however many there are: every statement reads a bounded part of an index.

Where a few findings at most can be meant, because of a rare word, a target or the like, these are taken and sorted.
Where there may be many, they are read in the order of an index, so many for one page; with words, the newest first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Label, Select, and_, func, select

from services.core.findings.search import orders
from services.core.findings.search.words import store as words
from services.core.findings.search.words.store import Word
from services.core.findings.tables import DUE, FIELDS, FINDINGS
from services.mesh.database import Unit
from services.mesh.errors import Failure, FieldViolation, Reason
from services.mesh.filters import Field
from services.mesh.filters.parse import Expression, parse
from services.mesh.filters.sql import condition
from services.mesh.keyset import Sort
from services.mesh.pages import Columns, Page, Pager, PageRequest, Walk

FEW: Final = 1000
"""How many findings are sorted at once."""

STEPS: Final = 5000
"""How many findings one page looks at."""

# What has no deadline is in the index, too, and the filter is looked at again.
_BOUNDED: Final = {**FIELDS, "due_time": Field(DUE.element, "time")}
READ: Final = 400
"""How many findings' texts one page reads for words."""

_NEWEST: Final = (Sort("", FINDINGS.c.id, True),)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, read.

    Attributes:
        request: Which page.
        filter: Which findings.
        sorts: In which order; empty for the newest first.
        query: The query as it was sent; empty where it has no words.
        words: Its words, the rarest first.
        cve: The rarest word of the CVEs that the filter names; None where it names none.
    """

    request: PageRequest
    filter: Expression | None
    sorts: tuple[Sort, ...]
    query: str
    words: Sequence[Word]
    cve: Word | None


async def page(unit: Unit, pager: Pager, request: PageRequest, query: str) -> Page:
    """Returns a page of findings.

    Args:
        unit: The transaction.
        pager: Signs page tokens.
        request: Which page; its scope has the query.
        query: The words that findings have to have; any where it is empty.

    Raises:
        Failure: INVALID_FILTER, INVALID_PAGE_TOKEN, INVALID_FIELD; INVALID_ORDER also where no index has it and there
            are too many findings to be sorted.
    """
    expression = parse(request.filter)
    if expression is not None:
        condition(expression, FIELDS)
    found = await words.known(unit, query) if query.strip() else []
    named = [await words.known(unit, cve) for cve in orders.cves(expression)]
    if found is None or None in named:
        return Page([], "")
    sorts = orders.wanted(request.order_by) if request.order_by or not found else ()
    rarest = min((word for one in named for word in one or []), key=lambda word: word.size, default=None)
    wanted = Wanted(request, expression, sorts, query if found else "", found, rarest)
    if _is_entered(wanted):
        return await pager.walk(unit, _ordered(wanted), request)
    few = await _few(unit, wanted)
    if few is not None:
        return await pager.walk(unit, _sorted(few, wanted), request)
    if found:
        return await _newest(unit, pager, wanted)
    return await pager.walk(unit, _ordered(wanted), request)


def _is_entered(wanted: Wanted) -> bool:
    """Returns whether an index has the order and takes all conditions, so that every row it gives is on the page."""
    if wanted.words or not orders.is_indexed(wanted.sorts):
        return False
    return not orders.split(wanted.filter, wanted.sorts).rest


async def _few(unit: Unit, wanted: Wanted) -> Select[Any] | None:
    """Returns the statement for a few findings of which some may be meant, if there is a reason why they are few."""
    for rarest in (*wanted.words[:1], wanted.cve):
        if rarest and rarest.size <= FEW:
            return select(FINDINGS).where(FINDINGS.c.id.in_(words.having(rarest)))
    narrow = [condition(part, FIELDS) for part in orders.equalities(wanted.filter)]
    narrow += [condition(part, _BOUNDED) for part in orders.ranges(wanted.filter)]
    statements = [select(FINDINGS).where(one) for one in narrow] + [select(FINDINGS)]
    # All in one round trip, which costs more than to count up to a thousand in an index.
    counts = (await unit.execute(select(*map(_counted, statements)))).one()
    return next((one for one, count in zip(statements, counts, strict=True) if count <= FEW), None)


def _counted(statement: Select[Any]) -> ColumnElement[int]:
    """Returns how many findings a statement has, one more than `FEW` at most."""
    some = statement.with_only_columns(FINDINGS.c.id).limit(FEW + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _sorted(few: Select[Any], wanted: Wanted) -> Walk:
    """Returns the walk over a few findings, in any order."""
    # OFFSET keeps it apart: it is read by the index that makes it few, not in the order.
    taken = _with_due(few, wanted.sorts).offset(0).subquery("few")
    statement = select(taken)
    if wanted.filter is not None:
        statement = statement.where(condition(wanted.filter, _fields(taken.c)))
    sorts = [replace(sort, expression=taken.c[str(sort.expression.key)]) for sort in _with_key(wanted.sorts)]
    return Walk(statement, sorts, _has_words(wanted), FEW + 1)


def _ordered(wanted: Wanted) -> Walk:
    """Returns the walk over many findings, in the order of an index."""
    if not orders.is_indexed(wanted.sorts):
        raise _too_many("so many findings can't be sorted like this")
    split = orders.split(wanted.filter, wanted.sorts)
    statement = _with_due(select(FINDINGS), wanted.sorts)
    for part in split.entered:
        statement = statement.where(condition(part, FIELDS))
    return Walk(statement, _with_key(wanted.sorts), _rest(split.rest), STEPS)


async def _newest(unit: Unit, pager: Pager, wanted: Wanted) -> Page:
    """Returns a page of the many findings with words that all of them are common, the newest first."""
    if wanted.sorts:
        raise _too_many("too many findings have these words; add a word, or ask for no order")
    request = wanted.request
    before = pager.place(unit, request, _NEWEST)
    # The text of each is read anew, which takes its time where not nearly all have the other words, too.
    size = FEW if len(wanted.words) == 1 else READ
    stretch = await words.stretch(unit, wanted.words[0], before[0] if before else None, size)
    statement = select(FINDINGS).where(words.within(FINDINGS.c.id, stretch))
    if stretch.below is not None:
        statement = statement.where(FINDINGS.c.id > stretch.below)
    rest = _both(_rest(orders.parts(wanted.filter)), _has_words(wanted))
    walk = Walk(statement, _NEWEST, rest, STEPS)
    page = await pager.walk(unit, walk, request)
    if page.next_page_token or stretch.below is None:
        return page
    return Page(page.rows, pager.token(unit, request, _NEWEST, (UUID(int=stretch.below.int + 1),)))


_Rest = Callable[[Columns], ColumnElement[bool]]


def _rest(expressions: Sequence[Expression]) -> _Rest | None:
    if not expressions:
        return None
    return lambda columns: and_(*_conditions(expressions, _fields(columns)))


def _conditions(expressions: Sequence[Expression], fields: Mapping[str, Field]) -> list[ColumnElement[bool]]:
    return [condition(part, fields) for part in expressions]


def _has_words(wanted: Wanted) -> _Rest | None:
    query = wanted.query
    return (lambda columns: words.has_all(columns, query)) if query else None


def _both(first: _Rest | None, second: _Rest | None) -> _Rest | None:
    if first is None or second is None:
        return first or second
    return lambda columns: and_(first(columns), second(columns))


def _fields(columns: Columns) -> dict[str, Field]:
    return {
        name: replace(field, column=columns[str(field.column.key)]) if field.column is not None else field
        for name, field in FIELDS.items()
    }


def _with_due(statement: Select[Any], sorts: Sequence[Sort]) -> Select[Any]:
    """Returns a statement with what it is sorted by, where that is no column of the table."""
    return statement.add_columns(*(sort.expression for sort in sorts if isinstance(sort.expression, Label)))


def _with_key(sorts: Sequence[Sort]) -> tuple[Sort, ...]:
    """Returns an order in which no two findings are equal; without any, the newest first."""
    return (*sorts, Sort("", FINDINGS.c.id, not sorts or sorts[-1].descending))


def _too_many(message: str) -> Failure:
    return Failure(Reason.INVALID_ORDER, f"order_by: {message}", (FieldViolation("order_by", message),))
