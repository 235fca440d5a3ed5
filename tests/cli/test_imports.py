"""`xorb import`: files that arrive whole whatever happens on the way, and what it says of them."""

import json
from pathlib import Path

import grpc
import pytest

from tests.cli.conftest import Xorb
from tests.cli.importing import STEP
from tests.cli.platform import Platform

CONTENT = bytes(range(95)) * 2


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A file; nobody here reads it."""
    path = tmp_path / "scan.jsonl"
    path.write_bytes(CONTENT)
    return path


def _kept(platform: Platform) -> list[bytes]:
    return [bytes(content) for _, content in platform.imports]


def test_files_are_sent_and_waited_for(xorb: Xorb, platform: Platform, report: Path) -> None:
    result = xorb("import", str(report), str(report), "--format", "nuclei", "--label", "shop")
    assert result.code == 0
    assert _kept(platform) == [CONTENT, CONTENT]
    value, _ = platform.imports[0]
    assert (value.filename, value.size_bytes, value.format, value.label) == ("scan.jsonl", 190, "nuclei", "shop")
    lines = result.out.splitlines()
    assert lines[0].split()[:6] == ["ID", "FILE", "FORMAT", "STATE", "RECORDS", "NEW"]
    assert [line.split()[1:8] for line in lines[1:]] == [["scan.jsonl", "nuclei", "succeeded", "3", "2", "1", "0"]] * 2
    assert "scan.jsonl: line 2: template-id is missing" in result.err


@pytest.mark.parametrize("place", [*range(0, len(CONTENT), STEP), -1])
def test_a_broken_connection_is_gone_on_with(xorb: Xorb, platform: Platform, report: Path, place: int) -> None:
    platform.breaks = {place: grpc.StatusCode.UNAVAILABLE}
    result = xorb("import", str(report), "-o", "json")
    assert result.code == 0
    assert not platform.breaks
    assert _kept(platform) == [CONTENT]
    assert json.loads(result.out)[0]["state"] == "SUCCEEDED"
    assert "going on" in result.err


def test_a_failed_import_has_an_exit_code_of_its_own(xorb: Xorb, report: Path) -> None:
    result = xorb("import", str(report), "--strict")
    assert result.code == 3
    assert "Nothing was recorded." in result.err


def test_who_does_not_wait_is_told_where_it_is(xorb: Xorb, platform: Platform, report: Path) -> None:
    result = xorb("import", str(report), "--no-wait")
    assert result.code == 0
    assert "processing" in result.out
    assert "WatchImport" not in platform.calls


def test_what_cannot_be_sent_is_not_begun(xorb: Xorb, platform: Platform, tmp_path: Path) -> None:
    assert xorb("import", str(tmp_path / "nothing")).code == 1
    assert xorb("import", str(tmp_path)).code == 1
    assert not platform.imports


def test_a_refused_upload_says_why(xorb: Xorb, platform: Platform, report: Path) -> None:
    platform.failures["ImportFindings"] = [(8, "QUOTA_EXCEEDED", "A quota is used up.")]
    result = xorb("import", str(report))
    assert result.code == 1
    assert "A quota is used up." in result.err
