"""PostgreSQL and Python give the same answer to every filter, row by row."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from services.mesh.filters import to_predicate, to_sql
from tests.mesh.filters.sample import FIELDS, FILTERS, ROWS, SAMPLES, stored


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def connection(stack_environment: dict[str, str]) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(stack_environment["XORB_POSTGRES_OWNER_DSN"])
    async with engine.connect() as connection:
        await connection.run_sync(SAMPLES.create)
        await connection.commit()
        yield connection
    await engine.dispose()


async def chosen(connection: AsyncConnection, text: str) -> list[int]:
    condition = to_sql(text, FIELDS)
    assert condition is not None
    return list(await connection.scalars(select(SAMPLES.c.id).where(condition).order_by(SAMPLES.c.id)))


def expected(rows: list[dict[str, Any]], text: str) -> list[int]:
    matches = to_predicate(text, FIELDS)
    return [place for place, row in enumerate(rows) if matches(row)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROWS, min_size=1, max_size=12), st.lists(FILTERS, min_size=1, max_size=12))
async def test_the_same_rows(connection: AsyncConnection, rows: list[dict[str, Any]], filters: list[str]) -> None:
    try:
        await connection.execute(insert(SAMPLES), [stored(row, place) for place, row in enumerate(rows)])
        for text in filters:
            assert await chosen(connection, text) == expected(rows, text), text
    finally:
        await connection.rollback()


ABSENT: dict[str, Any] = dict.fromkeys(FIELDS)
OTHER = ABSENT | {"title": "ab", "severity": 1, "state": "open", "tags": [], "ports": [1], "score.base": 7.4}


@pytest.mark.parametrize(
    ("text", "row", "wanted"),
    [
        ("title:STRASSE", {"title": "in der Straße"}, [0]),
        ("title:É", {"title": "café"}, [0]),
        ('title:"ß"', {"title": "GROSSE"}, [0]),
        ('title:"_"', {"title": "a_b"}, [0]),
        ('title:"%"', {"title": "100%"}, [0]),
        ("title:tls", {"title": "Weak TLS"}, [0]),
        ('title = "a%"', {"title": "a%"}, [0]),
        ('title = "a_*"', {"title": "a_b"}, [0]),
        ("title = a*", {"title": "a%"}, [0, 1]),
        ("title = *b", {"title": "b"}, [0, 1]),
        (r'title:"\\"', {"title": "back\\slash"}, [0]),
        ("title < ab", {"title": "Z"}, [0]),
        ("severity >= MEDIUM", {"severity": 9}, [0]),
        ("severity < LOW", {"severity": 1}, []),
        ("state > OPEN", {"state": "closed"}, [0]),
        ("severity != LOW", {"severity": 5}, [0]),
        ("tags:x", {"tags": ["w", "x"]}, [0]),
        ("tags:*", {"tags": ["w"]}, [0]),
        ("ports:443", {"ports": [80, 443]}, [0]),
        ("score.base >= 7.5", {"score.base": 9.8}, [0]),
        ("create_time < 9999-12-31T23:59:59Z", {}, []),
        ("NOT title = a", {}, [0, 1]),
        ("NOT title != a", {}, [0]),
        ("title != a", {}, [1]),
        ("NOT title:*", {}, [0]),
    ],
)
async def test_known_answers(connection: AsyncConnection, text: str, row: dict[str, Any], wanted: list[int]) -> None:
    rows = [ABSENT | row, OTHER]
    await connection.execute(insert(SAMPLES), [stored(row, place) for place, row in enumerate(rows)])
    found = await chosen(connection, text)
    await connection.rollback()
    assert found == expected(rows, text) == wanted
