"""What a regular expression's text is said to hold, it holds."""

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intelligence.detection.sigma.engine.checks import LONG_S, searching
from services.intelligence.detection.sigma.engine.gates import gates, shortest
from services.intelligence.detection.sigma.matching.tests import encoded, expression

READ: dict[str, tuple[tuple[str, ...] | None, int]] = {
    "abc": (("abc",), 3),
    "ab+c": (("ab",), 3),
    "ab?c": (("a",), 2),
    "ab*?cd": (("cd",), 3),
    "a{3}b": (("a",), 4),
    "a{,5}b": (("a{,5}b",), 6),
    "x{0}yy": (("yy",), 2),
    "a+?bb": (("bb",), 3),
    r"\$PSHome\[x": (("$pshome[x",), 9),
    r"a\.b\nc": (("a.b\nc",), 5),
    r"\x{41}\p{L}\pL\101b": (("b",), 5),
    "(?i)Foo|bar": (("foo", "bar"), 0),
    "a(b|c)d": (("a",), 2),
    "[Rr][Uu]n[ab] x": (("run",), 6),
    "[^]a]b[[:alpha:]]": (("b",), 3),
    r"[^\]]{64}\s{16}": (None, 80),
    r"\bab$": (("ab",), 2),
    r"\Qa.b\E": (None, 0),
    "a|": (None, 0),
    "é": (None, 1),
    "": (None, 0),
}


@pytest.mark.parametrize("pattern", READ)
def test_what_is_read_off_an_expression(pattern: str) -> None:
    assert (gates(pattern), shortest(pattern)) == READ[pattern]


PIECES = [
    "a",
    "B",
    "s",
    ".",
    "[aB]",
    "[Aa]",
    "(a|B)",
    "(?:ab)",
    r"\.",
    r"\w",
    "^",
    "$",
    r"\n",
    "|",
    "{2}",
    "?",
    "*",
    "+",
]


def _compiles(pattern: str) -> bool:
    try:
        expression(pattern)
    except re2.error:
        return False
    return True


PATTERNS = st.builds(
    str.__add__, st.sampled_from(["", "(?i)", "(?s)"]), st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
).filter(_compiles)
TEXTS = st.lists(st.sampled_from(["a", "B", "b", "A", "s", ".", "\n", LONG_S, "\u212a", "k", "é"]), max_size=8).map(
    "".join
)


@settings(max_examples=500, deadline=None)
@given(PATTERNS, TEXTS)
def test_a_check_is_a_search(pattern: str, text: str) -> None:
    found = bool(expression(pattern).search(encoded(text)))
    assert searching(pattern)(text, text.lower()) == found
    if found:
        assert len(text) >= shortest(pattern)
        assert LONG_S in text or any(literal in text.lower() for literal in gates(pattern) or ("",))


@pytest.mark.parametrize("pattern", [".{5,}", ".{5}"])
@pytest.mark.parametrize("text", ["", "abcd", "abcde", "abc\nde", "abc\nabcde\n", "é\ud800bcd", "\r\u2028abc"])
def test_the_length_of_a_line_is_measured(pattern: str, text: str) -> None:
    assert searching(pattern)(text, text.lower()) == bool(expression(pattern).search(encoded(text)))
