"""Files as they were sent: packed, marked, too large, damaged."""

import codecs
import gzip
import io
from pathlib import Path

import pytest

from services.core.findings.formats.kernel.errors import Malformed
from services.core.findings.formats.kernel.limits import Limits
from services.core.findings.formats.kernel.source import Source

TEXT = '{"a": "ä€😀"}\n' * 20_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_every_wrapping_is_taken_off(encoding: str, packed: bool) -> None:
    content = TEXT.encode(encoding)
    with Source.of(gzip.compress(content) if packed else content).utf8() as stream:
        assert stream.read().decode() == TEXT


def test_big_endian() -> None:
    content = codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be")
    assert Source.of(content).head.start.decode(errors="ignore") == TEXT.encode()[:65_536].decode(errors="ignore")


def test_a_source_is_read_as_often_as_one_likes(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("{}")
    source = Source.at(path)
    assert source.filename == source.head.filename == "a.json"
    for _ in range(2):
        with source.open() as stream:
            assert stream.read() == b"{}"


@pytest.mark.parametrize("packed", [gzip.compress(bytes(100_000)), bytes(100_000)])
def test_a_bomb_stops_at_the_limit(packed: bytes) -> None:
    with (
        pytest.raises(Malformed, match="larger than 70000 bytes"),
        Source.of(packed, limits=Limits(file=70_000)).open() as it,
    ):
        it.read()


@pytest.mark.parametrize("damage", [slice(0, 60), slice(0, -4), slice(0, 3)])
def test_a_damaged_archive_says_so(damage: slice) -> None:
    packed = gzip.compress(TEXT.encode())[damage]
    with pytest.raises(Malformed, match="damaged or incomplete"), Source.of(packed).open() as stream:
        stream.read()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_isnt_the_report_is_skipped(encoding: str) -> None:
    source = Source(lambda: io.BytesIO(f"name =\n{TEXT}".encode(encoding)), skip=len("name =\n"))
    assert source.head.json.has("a")
    with source.utf8() as stream:
        assert stream.read().decode() == TEXT
