"""Whom a note mentions, and whose it is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.findings.notes.domain import MOST_MENTIONS, Note, change, mentioned, require_removable, write
from services.mesh import identifiers
from services.mesh.errors import Failure, Reason

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ANN, BEN = (f"accounts/{identifiers.new()}" for _ in range(2))


def note(content: str = "It is real.") -> Note:
    return write(identifiers.new(), content, ANN, (), NOW, identifiers.new)


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("@ann@example.com look", ("ann@example.com",)),
        ("Ask @Ann@Example.COM, or (@ben.li+x@mail.example.org).", ("ann@example.com", "ben.li+x@mail.example.org")),
        ("@ann@example.com @ANN@example.com", ("ann@example.com",)),
        ("mail ann@example.com", ()),
        ("@ann", ()),
        ("x@ann@example.com @@ann@example.com", ()),
        ("**@ann@example.com**", ("ann@example.com",)),
    ],
)
def test_who_is_mentioned(text: str, addresses: tuple[str, ...]) -> None:
    assert mentioned(text) == addresses


def test_not_too_many_are_mentioned() -> None:
    crowd = [f"@u{number}@example.com" for number in range(MOST_MENTIONS + 1)]
    assert len(mentioned(" ".join(crowd[1:]))) == MOST_MENTIONS
    with pytest.raises(Failure) as caught:
        mentioned(" ".join(crowd))
    assert caught.value.reason is Reason.INVALID_FIELD


@given(st.text(alphabet="@a.- x", max_size=300))
def test_what_is_mentioned_stands_in_the_text(text: str) -> None:
    assert all(f"@{address}" in text for address in mentioned(text))


@pytest.mark.parametrize("content", ["", " ", "\n\t"])
def test_a_note_says_something(content: str) -> None:
    with pytest.raises(Failure):
        note(content)
    with pytest.raises(Failure):
        change(note(), content, (), ANN, NOW)


def test_its_author_changes_a_note_and_nobody_else() -> None:
    first = note()
    changed = change(first, "It isn't.", (), ANN, NOW + timedelta(hours=1))
    assert (changed.content, changed.revision) == ("It isn't.", 2)
    assert changed.updated_at - changed.created_at == timedelta(hours=1)
    with pytest.raises(Failure) as caught:
        change(first, "It isn't.", (), BEN, NOW)
    assert caught.value.reason is Reason.PERMISSION_DENIED


def test_its_author_and_who_moderates_remove_a_note() -> None:
    require_removable(note(), ANN, moderates=False)
    require_removable(note(), BEN, moderates=True)
    with pytest.raises(Failure) as caught:
        require_removable(note(), BEN, moderates=False)
    assert caught.value.reason is Reason.PERMISSION_DENIED
