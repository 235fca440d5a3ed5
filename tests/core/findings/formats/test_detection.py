"""Every sample is recognized by its format and by no other; what is of none is recognized by none."""

from pathlib import Path

import pytest

from services.core.findings.formats import registry
from services.core.findings.formats.kernel.errors import Malformed
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.source import Source
from tests.core.findings.formats.files import format_of, ours, real

EMPTY = [
    b"",
    b"[]",
    b"{}",
    b"null\n",
    b"<html><body>busy</body></html>",
    b"a,b\n1,2\n",
    b"\x00\x01\x02",
    b"plain words\n",
]


def names(source: Source) -> list[str]:
    return [form.name for form in registry.recognized(source.head)]


@pytest.mark.parametrize("path", ours(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_our_samples_are_recognized(path: Path) -> None:
    assert names(Source.at(path)) == [format_of(path)]


@pytest.mark.parametrize("path", real(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_real_samples_are_never_taken_for_another_format(path: Path) -> None:
    assert set(names(Source.at(path))) <= {format_of(path)}


@pytest.mark.parametrize("content", EMPTY)
def test_what_is_no_report_is_of_no_format(content: bytes) -> None:
    assert names(Source.of(content)) == []
    with pytest.raises(Malformed, match="no known format"):
        registry.detect(Source.of(content))


def test_a_file_of_two_formats_is_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    two = tuple(registry.formats().values())[:2]
    monkeypatch.setattr(registry, "recognized", lambda _: two)
    with pytest.raises(Malformed, match=f"{two[0].name}, {two[1].name}"):
        registry.detect(Source.of(b""))


def test_every_format_has_a_sample_of_ours() -> None:
    asked_for = {form.name for form in registry.formats().values() if form.recognizes.__name__ == "never"}
    assert {format_of(path) for path in ours()} >= set(registry.formats()) - asked_for


def test_names_are_words_and_say_their_module() -> None:
    for name, form in registry.formats().items():
        assert name == form.read.__module__.rpartition(".")[2].replace("_", "-")
        assert form.title
        assert form.endings


@pytest.mark.parametrize("start", [b"<", b"<a", b"{", b'{"a', b"[[[[[[", b'"', b"\xff\xfe", b"<!DOCTYPE a [<!ENTITY b"])
def test_a_beginning_cut_anywhere_is_looked_at_without_harm(start: bytes) -> None:
    assert [form.name for form in registry.formats().values() if form.recognizes(Head(start))] == []
