"""What text becomes before it is stored."""

from hypothesis import given
from hypothesis import strategies as st

from services.mesh import texts


@given(st.text())
def test_loses_nothing_but_nul(text: str) -> None:
    assert texts.storable(text) == "".join(character for character in text if character != "\0")


@given(st.text(), st.integers(1, 20))
def test_is_never_longer_than_its_limit(text: str, limit: int) -> None:
    clipped = texts.clipped(text, limit)
    assert len(clipped) <= limit
    assert clipped == texts.storable(text) or clipped.endswith("…")


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    line = texts.one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert texts.one_line(line) == line
