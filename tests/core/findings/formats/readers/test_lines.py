"""JSON Lines: a bad line harms no other."""

from services.core.findings.formats.kernel.limits import Limits
from services.core.findings.formats.kernel.model import Refused
from services.core.findings.formats.kernel.record import Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.readers.lines import json_lines


def lines(content: bytes, limits: Limits | None = None) -> list[object]:
    found = json_lines(Source.of(content, limits=limits or Limits()))
    return [(one.position, one.node.value) if isinstance(one, Record) else one for one in found]


def test_every_line_is_read_or_refused() -> None:
    found = lines(b'\xef\xbb\xbf{"a": 1}\r\n\n[]\n{"a": NaN}\n{"a"\n"\xff"\n' + b"[" * 100_000 + b'\n{"a": 2}')
    assert found[0] == ("line 1", {"a": 1})
    assert found[-1] == ("line 8", {"a": 2})
    assert [one.position for one in found if isinstance(one, Refused)] == [f"line {line}" for line in range(3, 8)]


def test_a_line_too_long_is_skipped() -> None:
    found = lines(b'{"a": "' + b"x" * 500 + b'"}\n{"a": 1}\n' + b"y" * 99, Limits(record=100))
    assert found[0] == Refused("line 1", "it is longer than 100 bytes")
    assert found[1] == ("line 2", {"a": 1})
    assert isinstance(found[2], Refused)


def test_windows_pipes_utf_16() -> None:
    assert lines('{"a": "ä€😀"}\n{"b": 1}\n'.encode("utf-16")) == [("line 1", {"a": "ä€😀"}), ("line 2", {"b": 1})]
