"""Whatever happens to a file on its way, reading it ends, with entries or with `Malformed`, and with nothing else."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.core.findings.formats import registry
from services.core.findings.formats.kernel.errors import Malformed
from services.core.findings.formats.kernel.model import Refused, Reported
from services.core.findings.formats.kernel.source import Source
from tests.core.findings.formats.files import format_of, ours

PIECES = (
    *(bytes([code]) for code in b"\x00\xff\"'<>&{}[],;:\n"),
    *(b"", b"null", b"-1", b"1e999", b"9" * 30, b"9" * 5000, b"{}", b"[]", b'""', b"\\ud800"),
    *(b"&#0;", b"&x;", b"]]>", b"<!--", b"://", b"[::", b"\xe2\x80\xa8", b"CVSS:3.1/", b"CWE-"),
)
FUZZED = settings(
    max_examples=int(os.environ.get("XORB_FUZZ_EXAMPLES", "15")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
"""Few examples of each sample by default; `XORB_FUZZ_EXAMPLES=1000` looks harder."""
EDITS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 40), st.sampled_from(PIECES) | st.binary(max_size=6)),
    min_size=1,
    max_size=4,
)


def outcome(name: str, content: bytes) -> list[object]:
    read: list[object] = []
    try:
        read.extend(registry.read(registry.formats()[name], Source.of(content)))
    except Malformed as error:
        read.append(Refused(error.position or "the file", error.reason))
    return read


@pytest.mark.parametrize("path", ours(), ids=lambda path: f"{path.parent.name}/{path.name}")
@FUZZED
@given(edits=EDITS, end=st.floats(0.1, 4))
def test_a_mangled_file_is_read_or_refused(path: Path, edits: list[tuple[float, int, bytes]], end: float) -> None:
    content = path.read_bytes()
    for at, length, piece in edits:
        start = int(at * len(content))
        content = content[:start] + piece + content[start + length :]
    content = content[: int(end * len(content))]
    for entry in outcome(format_of(path), content):
        assert isinstance(entry, Reported | Refused)
        if isinstance(entry, Refused):
            assert entry.reason
            assert entry.position
        else:
            assert entry.location.normal.isprintable() or entry.location.normal
            entry.description.encode()


@pytest.mark.parametrize("path", ours(), ids=lambda path: f"{path.parent.name}/{path.name}")
@FUZZED
@given(other=st.sampled_from(ours()))
def test_a_file_read_as_of_another_format_is_read_or_refused(path: Path, other: Path) -> None:
    outcome(format_of(other), path.read_bytes())


@FUZZED
@given(st.binary(max_size=200), st.sampled_from(sorted(registry.formats())))
def test_noise_is_read_or_refused(content: bytes, name: str) -> None:
    outcome(name, content)
