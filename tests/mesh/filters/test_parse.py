"""The language: what is read, how it binds, and how errors tell their place."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.mesh.errors import Failure, Reason
from services.mesh.filters.parse import (
    DEEPEST,
    LONGEST,
    MOST_RESTRICTIONS,
    And,
    Expression,
    Not,
    Operator,
    Or,
    Restriction,
    Value,
    parse,
)


def is_one(field: str, position: int) -> Restriction:
    return Restriction(field, Operator.EQUAL, Value("1"), position)


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("a=1", is_one("a", 1)),
        ("  a  =\n1 ", is_one("a", 3)),
        ("a.b_c.d = 1", is_one("a.b_c.d", 1)),
        ("a=1 b=1", And((is_one("a", 1), is_one("b", 5)))),
        ("a=1 AND b=1", And((is_one("a", 1), is_one("b", 9)))),
        ("a=1 b=1 AND c=1", And((is_one("a", 1), is_one("b", 5), is_one("c", 13)))),
        ("a=1 b=1 OR c=1", And((is_one("a", 1), Or((is_one("b", 5), is_one("c", 12)))))),
        ("a=1 AND b=1 OR c=1", And((is_one("a", 1), Or((is_one("b", 9), is_one("c", 16)))))),
        ("(a=1 AND b=1) OR c=1", Or((And((is_one("a", 2), is_one("b", 10))), is_one("c", 18)))),
        ("NOT a=1 OR b=1", Or((Not(is_one("a", 5)), is_one("b", 12)))),
        ("-a=1 -b=1", And((Not(is_one("a", 2)), Not(is_one("b", 7))))),
        ("NOT (a=1)", Not(is_one("a", 6))),
        ("ANDROID=1 NOTE=1 ORDER=1", And((is_one("ANDROID", 1), is_one("NOTE", 11), is_one("ORDER", 18)))),
        ("((((a=1))))", is_one("a", 5)),
    ],
)
def test_how_it_binds(text: str, expression: Expression) -> None:
    assert parse(text) == expression


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x", Value("x")),
        ('"x y"', Value("x y")),
        ("'x \"y\"'", Value('x "y"')),
        (r'"say \"x\" \\ \'"', Value('say "x" \\ \'')),
        ('""', Value("")),
        ("-5.5e3", Value("-5.5e3")),
        ("2026-01-31T12:00:00+01:00", Value("2026-01-31T12:00:00+01:00")),
        ("::1", Value("::1")),
        ("www.example.com", Value("www.example.com")),
        ("x*", Value("x", open_end=True)),
        ("*x", Value("x", open_start=True)),
        ('"*x y*"', Value("x y", open_start=True, open_end=True)),
        (r'"\*x\*"', Value("*x*")),
        (r'"\**"', Value("*", open_end=True)),
        ("x*y", Value("x*y")),
        ("*", Value("", open_start=True)),
        ("**", Value("", open_start=True, open_end=True)),
        ("été", Value("été")),
    ],
)
def test_values(text: str, value: Value) -> None:
    assert parse(f"a = {text}") == Restriction("a", Operator.EQUAL, value, 1)


@pytest.mark.parametrize("operator", list(Operator))
def test_every_operator_with_and_without_space(operator: Operator) -> None:
    assert parse(f"a{operator.value}1") == Restriction("a", operator, Value("1"), 1)
    assert parse(f"a {operator.value} 1") == Restriction("a", operator, Value("1"), 1)


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_nothing_is_no_expression(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("a", 1, "`a` stands alone"),
        ("b=1 a", 5, "`a` stands alone"),
        ('"tls"', 1, "stands alone"),
        ("a=", 3, "ends too early; a value"),
        ("(a=1", 5, "ends too early; a `)`"),
        ("a=1 AND", 8, "ends too early; a restriction"),
        ("a==1", 3, "a value is needed"),
        ("a = AND b=1", 5, "`AND` can't stand here; a value"),
        ("a ~ 1", 3, "a comparison (= != < <= > >= :)"),
        ("AND", 1, "a restriction"),
        ("NOT NOT a=1", 5, "a restriction"),
        ("a=1)", 4, "`)` can't stand here"),
        ("a=(1)", 3, "a value is needed"),
        ("a=1; DROP TABLE x", 6, "`DROP` stands alone"),
        ("a='x", 3, "quotation mark"),
        (r'a="\n"', 3, "backslash"),
        ("f(a)", 1, "functions such as `f(`"),
        ("b=1 a=f.g(1)", 7, "functions such as `f.g(`"),
        ("a=\0", 3, "U+0000"),
        ("a='\ud800'", 4, "U+D800"),
    ],
)
def test_errors_say_what_and_where(text: str, position: int, words: str) -> None:
    with pytest.raises(Failure) as failure:
        parse(text)
    assert failure.value.reason is Reason.INVALID_FILTER
    assert str(failure.value).startswith(f"filter, character {position}: ")
    assert words in str(failure.value)
    assert [violation.field for violation in failure.value.fields] == ["filter"]


def test_length_is_bounded() -> None:
    assert parse("a=" + "x" * (LONGEST - 2))
    with pytest.raises(Failure, match=str(LONGEST)):
        parse("a=" + "x" * (LONGEST - 1))


def test_depth_is_bounded() -> None:
    assert parse("NOT (" * DEEPEST + "a=1" + ")" * DEEPEST)
    with pytest.raises(Failure, match=f"more than {DEEPEST} parentheses"):
        parse("-(" * 600 + "a=1" + ")" * 600)


def test_number_of_comparisons_is_bounded() -> None:
    assert parse(" ".join(["a=1"] * MOST_RESTRICTIONS))
    with pytest.raises(Failure, match=f"more than {MOST_RESTRICTIONS} comparisons"):
        parse(" OR ".join(["a=1"] * (MOST_RESTRICTIONS + 1)))


@given(st.text(st.sampled_from("ab.=!<>:()\"'\\*-, \n1ANDORT"), max_size=30) | st.text(max_size=30))
@example("a=1 OR")
def test_any_text_is_read_or_refused_in_short(text: str) -> None:
    failure = None
    try:
        parse(text)
    except Failure as caught:
        failure = caught
    assert failure is None or (failure.reason is Reason.INVALID_FILTER and len(str(failure)) < 300)
