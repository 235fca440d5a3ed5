"""Conditions carry the filter's values as parameters, and unfit filters never become conditions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import create_async_engine

from services.mesh.errors import Failure, Reason
from services.mesh.filters import Field, Predicate, to_predicate, to_sql
from services.mesh.filters.sql import Condition
from tests.mesh.filters.sample import FIELDS, FILTERS, SAMPLES, quoted

DIALECT = create_async_engine("postgresql+asyncpg://").dialect


def statement(condition: Condition | None) -> str:
    assert condition is not None
    return str(select(SAMPLES.c.id).where(condition).compile(dialect=DIALECT))


MARK = "zqj"
SHAPES = ['title = "{}"', 'title != "{}*"', "title = '*{}*'", 'title:"{}"', 'title < "{}"', 'tags:"{}"']
ATTACKS = ["'; DROP TABLE x; --", "' OR '1'='1", "%' ESCAPE '!", ":title", "$1", "%(title)s", "\\\\' OR 1=1 --", "a"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_the_text_of_a_filter_is_not_in_the_statement(shape: str, attack: str) -> None:
    value = quoted(MARK + attack + MARK)[1:-1]
    plain = statement(to_sql(shape.format("a"), FIELDS))
    assert statement(to_sql(shape.format(value), FIELDS)) == plain
    assert MARK not in plain


@given(FILTERS, st.sampled_from(["'", '"', ";", "--", "/*", "$$"]))
def test_no_statement_holds_a_literal_of_a_filter(text: str, quote: str) -> None:
    sql = statement(to_sql(text, FIELDS))
    # Collations are the only names in quotation marks; what LIKE needs are the only literals.
    for known in ('"C"', '"pg_unicode_fast"', "'%'", "ESCAPE '/'"):
        sql = sql.replace(known, "")
    assert quote not in sql


UNFIT = [
    ("owner = x", "there is no field owner; there are count, create_time, levels"),
    ("title.x = y", "there is no field title.x"),
    ("Title = y", "there is no field Title"),
    ("count = many", "count is compared with a number"),
    ("count = NaN", "a number"),
    ("count = 1e999", "a number"),
    ("count = 0x10", "a number"),
    ("count = 1_000", "a number"),
    ('count = "\N{ARABIC-INDIC DIGIT ONE}"', "a number"),
    ("count = 1*", "takes no *"),
    ("create_time > yesterday", "RFC 3339"),
    ("create_time > 2026-01-01", "RFC 3339"),
    ("create_time > 2026-01-01T00:00:00", "RFC 3339"),
    ("create_time > 2026-02-30T00:00:00Z", "RFC 3339"),
    ("create_time > 0001-01-01T00:00:00+23:00", "RFC 3339"),
    ("create_time > 2026-01-01T00:00:00+99:00", "RFC 3339"),
    ("severity = GRAVE", "one of LOW, MEDIUM, HIGH"),
    ("severity = high", "one of LOW"),
    ("severity = 9", "one of LOW"),
    ("severity = H*", "one of LOW"),
    ("verified = yes", "true or false"),
    ("verified > false", "has no order"),
    ("target = x", "of the form organizations/{organization}/targets/{target}"),
    ("target < x", "has no order"),
    ("title < a*", "takes no *"),
    ("tags = x", "write tags:value"),
    ("tags:x*", "takes no *"),
    ("ports:http", "a number"),
    ("levels:GRAVE", "one of LOW"),
]


@pytest.mark.parametrize(("text", "words"), UNFIT)
def test_unfit_filters_are_refused_with_their_place(text: str, words: str) -> None:
    for read in (to_sql, to_predicate):
        with pytest.raises(Failure) as failure:
            read(f"title:a {text}", FIELDS)
        assert failure.value.reason is Reason.INVALID_FILTER
        assert str(failure.value).startswith("filter, character 9: ")
        assert words in str(failure.value)


def test_a_long_unknown_name_is_not_echoed_whole() -> None:
    with pytest.raises(Failure) as failure:
        to_sql("x" * 1000 + " = 1", FIELDS)
    assert len(str(failure.value)) < 300


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_filter_chooses_everything(text: str) -> None:
    assert to_sql(text, FIELDS) is None
    matches: Predicate = to_predicate(text, {})
    assert matches({})


def test_fields_that_only_watches_know() -> None:
    fields = {"type": Field(None, "text")}
    assert to_predicate("type = finding.*", fields)({"type": "finding.created"})
    with pytest.raises(TypeError, match="type"):
        to_sql("type = finding.created", fields)


def test_an_enum_in_a_predicate_goes_by_its_name_too() -> None:
    matches = to_predicate("severity >= MEDIUM levels:HIGH", FIELDS)
    assert matches({"severity": "HIGH", "levels": ["HIGH"]})
    assert not matches({"severity": "LOW", "levels": ["HIGH"]})
    assert not matches({"severity": "HIGH", "levels": ["LOW"]})


@pytest.mark.parametrize("arguments", [{"kind": "enum"}, {"kind": "name"}, {"kind": "text", "pattern": "a/{b}"}])
def test_a_field_is_declared_in_full(arguments: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="A field has"):
        Field(None, **arguments)  # type: ignore[arg-type]  # wrong on purpose
