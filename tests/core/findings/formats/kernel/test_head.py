"""What the beginning of a file shows."""

import pytest

from services.core.findings.formats.kernel.head import Head, Outline, Root


def test_roots() -> None:
    start = b'\n<?xml version="1.0"?><!-- c --><!DOCTYPE b [<!ELEMENT b ANY>]><b xmlns="urn:b" v="1"><c>'
    assert Head(start).root == Root("b", "urn:b", {"v": "1"})
    assert Head(start).tag("b")
    assert not Head(start).tag("c")
    assert Head(b"<p>un<b>balanced</p>").root == Root("p", "", {})
    assert Head(b"{}").root is None
    assert Head(b'<!DOCTYPE b [<!ENTITY a "x">]><b v="&a;">').root is None


def test_outlines() -> None:
    outline = Head(b'{"v": 2, "runs": [{"t": {"n": "x"}}, {"t": {"n": "y"}, "u": null}], "cut": {"a": ').json
    expected = ["", "v", "runs", "runs[]", "runs[].t", "runs[].t.n", "runs[].u", "cut"]
    assert list(outline.paths)[: len(expected)] == expected
    assert outline.text("runs[].t.n") == "x"
    assert outline.has("v", "runs[].u")
    assert not outline.many


def test_lists_and_lines() -> None:
    assert Head(b'[{"a": 1}]').json.has("[].a")
    assert Head(b'{"a": {"b": 1}}\n{"c": 1}').json == Outline({"": None, "a": None, "a.b": 1}, many=True)


@pytest.mark.parametrize(
    "start", [b"{" + b'"a":{' * 5000, b"[" * 60_000, b'{"a": ' + b"9" * 5000 + b"}", b'{"a": 1e99999999999999999999}']
)
def test_hostile_beginnings(start: bytes) -> None:
    assert len(Head(start).json.paths) < 100


def test_columns() -> None:
    assert Head(b'"a","b c", d \r\n1,2,3').columns == ("a", "b c", "d")
    assert Head(b"a;b\n").columns == ("a", "b")
    assert Head(b'{"a": 1, "b": 2}').columns == ()
    assert Head(b"<a>,</a>").columns == ()
