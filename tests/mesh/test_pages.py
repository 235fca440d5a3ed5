"""Pages, put together, are the whole list; their tokens open nothing else."""

import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    DateTime,
    Double,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    insert,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from services.mesh import identifiers
from services.mesh.calls import Call
from services.mesh.database import Unit
from services.mesh.errors import Code, Failure, Reason
from services.mesh.filters import Field
from services.mesh.pages import LARGEST_SIZE, USUAL_SIZE, Page, Pager, PageRequest

ROWS = Table(
    "page_rows",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("title", Text),
    Column("hits", Integer, nullable=False),
    Column("score", Numeric),
    Column("ratio", Double),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("state", Text),
    prefixes=["TEMPORARY"],
)
STATES = {"OPEN": "z", "CLOSED": "a"}
FIELDS = {
    "title": Field(ROWS.c.title, "text"),
    "hits": Field(ROWS.c.hits, "number"),
    "score": Field(ROWS.c.score, "number"),
    "ratio": Field(ROWS.c.ratio, "number"),
    "create_time": Field(ROWS.c.create_time, "time"),
    "severity": Field(ROWS.c.severity, "enum", values={"LOW": 1, "HIGH": 2}),
    "state": Field(ROWS.c.state, "enum", values=STATES),
}
DAY = datetime(2026, 1, 1, tzinfo=UTC)
KEY = secrets.token_urlsafe()
PAGER = Pager(KEY)
ORGANIZATION = identifiers.new()
LIST = PageRequest(scope="ListRows:all", size=3)

RECORDS = st.fixed_dictionaries(
    {
        "id": st.uuids(),
        "title": st.none() | st.sampled_from(["a", "b", "ab", "'\"\\", ""]),
        "hits": st.integers(0, 2),
        "score": st.none() | st.sampled_from(["-0.5", "0.10", "0.1", "3"]).map(Decimal),
        "ratio": st.none() | st.sampled_from([-0.0, 0.1, 1 / 3, 1e300]),
        "create_time": st.integers(0, 2).map(lambda n: DAY + timedelta(microseconds=n)),
        "severity": st.sampled_from([1, 2]),
        "state": st.none() | st.sampled_from(["z", "a"]),
    }
)
ORDERS = st.lists(st.sampled_from(list(FIELDS)), max_size=4, unique=True).flatmap(
    lambda names: st.tuples(*(st.sampled_from([name, f"{name} desc"]) for name in names)).map(",".join)
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def connection(stack_environment: dict[str, str]) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(stack_environment["XORB_POSTGRES_OWNER_DSN"])
    async with engine.connect() as connection:
        await connection.run_sync(ROWS.create)
        await connection.commit()
        yield connection
    await engine.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def unit(connection: AsyncConnection) -> AsyncIterator[Unit]:
    yield work(connection)
    await connection.rollback()


def work(connection: AsyncConnection, organization: UUID = ORGANIZATION) -> Unit:
    return Unit(connection, Call("ListRows", organization=organization), organization)


async def page(unit: Unit, request: PageRequest, pager: Pager = PAGER) -> Page:
    statement = select(ROWS)
    return await pager.page(unit, statement, request, fields=FIELDS, default_order="create_time desc", key=ROWS.c.id)


async def pages(unit: Unit, request: PageRequest, *, between: Iterator[dict[str, Any]] | None = None) -> list[Page]:
    """Reads all pages; before each but the first, one more row is inserted while there are any."""
    found = [await page(unit, request)]
    while found[-1].next_page_token:
        if more := next(between or iter(()), None):
            await unit.execute(insert(ROWS), more)
        found.append(await page(unit, replace(request, token=found[-1].next_page_token)))
    return found


def in_order(records: list[dict[str, Any]], order_by: str) -> list[UUID]:
    """Sorts in Python: by the last part first, for sorting is stable."""
    parts = [part.split() for part in (order_by or "create_time desc").split(",")]
    records = sorted(records, key=lambda record: record["id"], reverse=len(parts[-1]) > 1)
    for name, *direction in reversed(parts):
        values = FIELDS[name].values

        def rank(record: dict[str, Any], name: str = name, values: Any = values) -> tuple[bool, Any]:
            value = record[name]
            return (True, 0) if value is None else (False, list(values.values()).index(value) if values else value)

        records = sorted(records, key=rank, reverse=bool(direction))
    return [record["id"] for record in records]


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=15, unique_by=lambda record: record["id"]), ORDERS, st.integers(1, 6))
async def test_pages_put_together_are_the_list(
    connection: AsyncConnection, records: list[dict[str, Any]], order_by: str, size: int
) -> None:
    try:
        await connection.execute(insert(ROWS), records)
        found = await pages(work(connection), replace(LIST, size=size, order_by=order_by))
    finally:
        await connection.rollback()
    assert [row.id for one in found for row in one.rows] == in_order(records, order_by)
    assert [len(one.rows) for one in found[:-1]] == [size] * (len(found) - 1)


@settings(max_examples=40, deadline=None)
@given(st.lists(RECORDS, min_size=6, max_size=20, unique_by=lambda record: record["id"]), ORDERS, st.integers(1, 4))
async def test_inserts_between_pages_repeat_and_lose_nothing(
    connection: AsyncConnection, records: list[dict[str, Any]], order_by: str, size: int
) -> None:
    before, later = records[: len(records) // 2], records[len(records) // 2 :]
    try:
        await connection.execute(insert(ROWS), before)
        request = replace(LIST, size=size, order_by=order_by)
        found = await pages(work(connection), request, between=iter(later))
    finally:
        await connection.rollback()
    seen = [row.id for one in found for row in one.rows]
    assert len(seen) == len(set(seen))
    known = {record["id"] for record in before}
    assert [identifier for identifier in seen if identifier in known] == in_order(before, order_by)


def record(**values: Any) -> dict[str, Any]:
    usual = {"id": identifiers.new(), "hits": 0, "create_time": DAY, "severity": 1}
    return dict.fromkeys(ROWS.c.keys()) | usual | values


async def test_a_filter_holds_on_every_page(unit: Unit) -> None:
    await unit.execute(insert(ROWS), [record(title=title) for title in ["x", "y"] * 5])
    found = await pages(unit, replace(LIST, filter="title = x", order_by="title"))
    assert [len(one.rows) for one in found] == [3, 2]
    assert {row.title for one in found for row in one.rows} == {"x"}


async def test_a_deleted_last_row_does_no_harm(unit: Unit) -> None:
    await unit.execute(insert(ROWS), [record(hits=hits) for hits in range(6)])
    request = replace(LIST, order_by="hits")
    first = await page(unit, request)
    await unit.execute(ROWS.delete().where(ROWS.c.hits == 2))
    second = await page(unit, replace(request, token=first.next_page_token))
    assert [row.hits for row in second.rows] == [3, 4, 5]


async def test_rows_have_the_columns_of_the_statement_and_no_more(unit: Unit) -> None:
    await unit.execute(insert(ROWS), [record(title="x")])
    row = (await page(unit, LIST)).rows[0]
    assert list(row._mapping) == ROWS.c.keys()
    assert row._mapping[ROWS.c.title] == row.title == "x"


async def test_a_statement_of_few_columns_and_joins(unit: Unit) -> None:
    await unit.execute(insert(ROWS), [record(title="x", hits=hits) for hits in range(4)])
    other = ROWS.alias()
    statement = select(ROWS.c.title, other.c.title, other.c.hits).join(other, other.c.id == ROWS.c.id)
    request = replace(LIST, order_by="hits desc")
    first = await PAGER.page(unit, statement, request, fields=FIELDS, default_order="", key=ROWS.c.id)
    request = replace(request, token=first.next_page_token)
    second = await PAGER.page(unit, statement, request, fields=FIELDS, default_order="", key=ROWS.c.id)
    assert [tuple(row) for row in [*first.rows, *second.rows]] == [("x", "x", hits) for hits in (3, 2, 1, 0)]


async def test_sizes(unit: Unit) -> None:
    await unit.execute(insert(ROWS), [record() for _ in range(LARGEST_SIZE + 1)])
    for asked, given_ in [(0, USUAL_SIZE), (1, 1), (LARGEST_SIZE, LARGEST_SIZE), (10**9, LARGEST_SIZE)]:
        assert len((await page(unit, replace(LIST, size=asked))).rows) == given_
    with pytest.raises(Failure, match="page_size"):
        await page(unit, replace(LIST, size=-1))


async def test_a_list_that_ends_with_its_page_has_no_next(unit: Unit) -> None:
    await unit.execute(insert(ROWS), [record() for _ in range(3)])
    assert not (await page(unit, LIST)).next_page_token
    assert (await page(unit, replace(LIST, filter="hits = 9"))) == Page([], "")


async def test_the_size_may_change_between_pages(unit: Unit) -> None:
    await unit.execute(insert(ROWS), [record(hits=hits) for hits in range(6)])
    first = await page(unit, replace(LIST, order_by="hits"))
    rest = await page(unit, replace(LIST, order_by="  hits  asc", token=first.next_page_token, size=10))
    assert [row.hits for row in rest.rows] == [3, 4, 5]


async def test_a_token_is_for_its_list_only(unit: Unit) -> None:
    await unit.execute(insert(ROWS), [record() for _ in range(6)])
    request = replace(LIST, filter="hits = 0", order_by="hits")
    request = replace(request, token=(await page(unit, request)).next_page_token)
    others = {
        "organization": (work(unit.connection, identifiers.new()), request, PAGER),
        "scope": (unit, replace(request, scope="ListRows:some"), PAGER),
        "filter": (unit, replace(request, filter="hits >= 0"), PAGER),
        "no filter": (unit, replace(request, filter=""), PAGER),
        "order": (unit, replace(request, order_by="hits desc"), PAGER),
        "key": (unit, request, Pager(secrets.token_urlsafe())),
    }
    assert len((await page(unit, request)).rows) == 3
    for what, arguments in others.items():
        with pytest.raises(Failure) as failure:
            await page(*arguments)
        assert failure.value.reason is Reason.INVALID_PAGE_TOKEN, what


@pytest.mark.parametrize("token", ["x", "AAAA", "' OR 1=1", "\0", "é", "A" * 5000])
async def test_damaged_and_forged_tokens_are_refused(unit: Unit, token: str) -> None:
    await unit.execute(insert(ROWS), [record() for _ in range(6)])
    good = (await page(unit, LIST)).next_page_token
    for wrong in (token, good + token, good[:-1] + token, good[:-1], good[1:]):
        with pytest.raises(Failure) as failure:
            await page(unit, replace(LIST, token=wrong))
        assert failure.value.reason is Reason.INVALID_PAGE_TOKEN


@pytest.mark.parametrize(
    ("order_by", "words"),
    [
        ("owner", "by `owner`; they can by create_time, hits"),
        ("title; DROP TABLE x", "by `title;`"),
        ("hits, hits desc", "twice"),
        ("hits down", "may be `desc`, not `down`"),
        ("hits desc desc", "not `desc desc`"),
        ("hits DESC", "not `DESC`"),
        ("hits,", "by ``"),
        (",", "by ``"),
        ("x" * 5000, "by `xxx"),
    ],
)
async def test_wrong_orders_are_refused(unit: Unit, order_by: str, words: str) -> None:
    with pytest.raises(Failure) as failure:
        await page(unit, replace(LIST, order_by=order_by))
    assert failure.value.reason is Reason.INVALID_ORDER
    assert failure.value.reason.code is Code.INVALID_ARGUMENT
    assert words in str(failure.value)
    assert len(str(failure.value)) < 300


async def test_a_wrong_filter_is_refused(unit: Unit) -> None:
    with pytest.raises(Failure) as failure:
        await page(unit, replace(LIST, filter="owner = x"))
    assert failure.value.reason is Reason.INVALID_FILTER


async def test_what_cannot_be_sorted_by_is_said_at_once(unit: Unit) -> None:
    await unit.execute(insert(ROWS), [record() for _ in range(6)])
    fields = {"pair": Field(func.array_fill(ROWS.c.hits, [2]), "number")}
    with pytest.raises(TypeError, match="list"):
        await PAGER.page(unit, select(ROWS), LIST, fields=fields, default_order="pair", key=ROWS.c.id)
