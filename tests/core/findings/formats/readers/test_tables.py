"""Tables: rows by names, and what is broken."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.findings.formats.kernel.errors import Malformed
from services.core.findings.formats.kernel.limits import Limits
from services.core.findings.formats.kernel.model import Refused
from services.core.findings.formats.kernel.record import Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.readers.tables import rows

FIELDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)


def table(content: bytes, limits: Limits | None = None) -> list[object]:
    found = rows(Source.of(content, limits=limits or Limits()))
    return [(one.position, one.node.value) if isinstance(one, Record) else one for one in found]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_rows_by_name_and_line(delimiter: str) -> None:
    content = '\ufeffa,b,a\n1,"two\nlines",3\n\n4,5\n'.replace(",", delimiter).encode()
    assert table(content) == [("line 2", {"a": "1", "b": "two\nlines"}), ("line 5", {"a": "4", "b": "5"})]


@given(st.lists(st.tuples(FIELDS, FIELDS, FIELDS).filter(any), max_size=6))
def test_what_was_written_is_read(content: list[tuple[str, str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("a", "b", "c"), *content])
    found = [one.node.value for one in rows(Source.of(text.getvalue().encode())) if isinstance(one, Record)]
    assert found == [dict(zip("abc", row, strict=True)) for row in content]


def test_a_row_of_too_many_fields_is_refused() -> None:
    assert table(b"a,b\n1,2,3\n1,2,,\n") == [
        Refused("line 2", "the row has 3 fields, the first line names 2"),
        ("line 3", {"a": "1", "b": "2"}),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'a,b\n"' + b"x\n" * 200, "is a quote open"),
        (b"a,b\n" + b"x" * 300, "a row is longer"),
        (b'a,b\n"x' + b'\n","' * 100, "is a quote open"),
        (b"a," * 30, "more than 20 columns"),
    ],
)
def test_bounds(content: bytes, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        table(content, Limits(record=200, columns=20))


def test_nothing_is_a_table_without_rows() -> None:
    assert table(b"") == []
    assert table(b"a,b\n") == []
