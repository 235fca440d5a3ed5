"""No text of others is obeyed by a terminal."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xorb.core.v1 import finding_pb2

from cli.severity import Severity
from cli.text import clean


@given(st.text(alphabet=st.characters(codec=None)))
def test_nothing_dangerous_remains(text: str) -> None:
    assert not {unicodedata.category(character) for character in clean(text)} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_every_character() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    left = clean(everything, lines=True)
    assert {character for character in left if unicodedata.category(character) == "Cc"} == {"\n", "\t"}


@pytest.mark.parametrize("text", ["plain", "Grüße, 世界 ✓", ""])
def test_what_is_harmless_stays(text: str) -> None:
    assert clean(text) == text


def test_lines() -> None:
    assert clean("a\r\nb\tc") == "a b c"
    assert clean("a\r\nb\tc", lines=True) == "a\nb\tc"


def test_severities_are_those_of_the_contract() -> None:
    names = [name for name, number in finding_pb2.Severity.items() if number]
    assert [severity.name for severity in Severity] == names
