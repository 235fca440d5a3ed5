"""The condition of what comes next is one that an index can serve wherever the order allows it."""

import pytest
from sqlalchemy import Column, Integer, MetaData, Table
from sqlalchemy.dialects import postgresql

from services.mesh.errors import Failure
from services.mesh.filters import Field
from services.mesh.keyset import after, parse_order

TABLE = Table(
    "t", MetaData(), Column("a", Integer, nullable=False), Column("b", Integer, nullable=False), Column("n", Integer)
)
FIELDS = {name: Field(TABLE.c[name], "number") for name in "abn"} | {
    "many": Field(TABLE.c.a, "number", repeated=True),
    "watched": Field(None, "text"),
}


@pytest.mark.parametrize(
    ("order_by", "values", "condition"),
    [
        ("a, b", [1, 2], "(t.a, t.b) > (1, 2)"),
        ("a desc, b desc", [1, 2], "(t.a, t.b) < (1, 2)"),
        ("n desc, b desc", [1, 2], "(t.n, t.b) < (1, 2)"),
        ("a, b desc", [1, 2], "t.a > 1 OR t.a IS NULL OR t.a = 1 AND t.b < 2"),
        ("n, b", [None, 2], "false OR t.n IS NULL AND (t.b > 2 OR t.b IS NULL)"),
    ],
)
def test_the_condition(order_by: str, values: list[int | None], condition: str) -> None:
    clause = after(parse_order(order_by, FIELDS), values)
    sql = str(clause.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))  # type: ignore[no-untyped-call]  # SQLAlchemy's
    assert sql == condition


@pytest.mark.parametrize("name", ["many", "watched", "unknown"])
def test_only_what_has_one_value_in_the_database_can_be_sorted_by(name: str) -> None:
    with pytest.raises(Failure, match=f"`{name}`; they can by a, b, n"):
        parse_order(name, FIELDS)
