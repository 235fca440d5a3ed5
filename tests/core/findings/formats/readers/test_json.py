"""Values of JSON documents: which ones, where, in what order, and what is bad in them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.findings.formats.kernel.errors import Malformed
from services.core.findings.formats.kernel.limits import Limits
from services.core.findings.formats.kernel.model import Refused
from services.core.findings.formats.kernel.record import Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.readers.json import json_values

DOCUMENT = {
    "version": "1",
    "runs": [
        {"results": [{"id": 1}, {"id": [2, {"deep": None}]}], "tool": {"name": "a"}},
        {"results": [], "tool": {"name": "b"}},
        {"results": [3], "other": {"results": [4]}},
    ],
    "by": {"x": {"n": 1}, "y": {"n": 2}},
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text("ab[]*.", max_size=3), below, max_size=4),
    max_leaves=20,
)


def values(content: object, *paths: str, limits: Limits | None = None) -> list[tuple[str, object]]:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    found = json_values(Source.of(text, limits=limits or Limits()), *paths)
    return [(one.position, one.node.value if isinstance(one, Record) else one.reason) for one in found]


def test_values_come_in_the_order_of_the_document_with_their_places() -> None:
    assert values(DOCUMENT, "runs[].results[]", "runs[].tool.name", "version") == [
        ("version", "1"),
        ("runs[0].results[0]", {"id": 1}),
        ("runs[0].results[1]", {"id": [2, {"deep": None}]}),
        ("runs[0].tool.name", "a"),
        ("runs[1].tool.name", "b"),
        ("runs[2].results[0]", 3),
    ]


def test_any_key_and_indices() -> None:
    found = list(json_values(Source.of(json.dumps(DOCUMENT).encode()), "by.*", "runs[].results[]"))
    assert [one.indices for one in found if isinstance(one, Record)] == [(0, 0), (0, 1), (2, 0), ("x",), ("y",)]
    assert {one.path for one in found if isinstance(one, Record)} == {"by.*", "runs[].results[]"}


@settings(max_examples=40, deadline=None)
@given(VALUES)
def test_the_whole_document_is_what_it_was(value: object) -> None:
    assert values(value, "") == [("the document", value)]


@settings(max_examples=40, deadline=None)
@given(st.lists(VALUES, max_size=5))
def test_a_list_is_its_entries(entries: list[object]) -> None:
    assert [value for _, value in values(entries, "[]")] == entries


def test_documents_may_follow_each_other() -> None:
    found = json_values(Source.of(b'{"a": 1}\n{"a": 2} {"a": 3}'), "a", many=True)
    assert [one.node.value for one in found if isinstance(one, Record)] == [1, 2, 3]


def test_a_record_that_is_too_large_is_refused_and_the_next_is_read() -> None:
    found = values([{"a": "x" * 300}, {"b": [[1] * 20]}, {"c": 1}], "[]", limits=Limits(record=200))
    assert found == [
        ("[0]", "the record is larger than 200 bytes"),
        ("[1]", "the record is larger than 200 bytes"),
        ("[2]", {"c": 1}),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[1, 2",
        b'{"a": }',
        b"[1] 2",
        b'["\xff"]',
        b"[1,]",
        b"NaN",
        b"[" * 200,
        b"[" + b"9" * 5000 + b"]",
        b'["\n"]',
    ],
)
def test_what_is_no_json_ends_the_file(content: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        values(content, "[]")
    assert caught.value.position


def test_depth_counts_outside_and_inside_of_records() -> None:
    for path in ("[]", "a"):
        with pytest.raises(Malformed, match="nested more than 10 deep"):
            values(b"[" * 11 + b"]" * 11, path, limits=Limits(depth=10))


def test_a_text_without_end_is_not_collected() -> None:
    with pytest.raises(Malformed, match="a text is longer than 100000 bytes"):
        values(b'["' + b"x" * 1_000_000, "[]", limits=Limits(token=100_000))


def test_what_came_before_the_damage_was_read() -> None:
    found: list[Record | Refused] = []
    with pytest.raises(Malformed, match=r"\[2\], before byte"):
        found.extend(json_values(Source.of(b'[{"a": 1}, {"a": 2}, {"a": '), "[]"))
    assert len(found) <= 2


@pytest.mark.parametrize("digits", [4001, 5000, 200_000])
def test_a_number_that_would_crash_the_parser_never_reaches_it(digits: int) -> None:
    with pytest.raises(Malformed, match="a number has more than 4000 digits"):
        values(b'{"a": "' + b"x" * 65_000 + b'", "b": ' + b"9" * digits + b"}", "a")
