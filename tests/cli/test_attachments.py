"""Files of findings, in and out."""

import secrets
from pathlib import Path

import pytest
from xorb.core.v1 import attachment_pb2

from tests.cli.conftest import Xorb
from tests.cli.platform import Platform
from tests.cli.test_notes import found


def test_a_file_goes_in_and_comes_out(
    xorb: Xorb, platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding, content = found(platform), secrets.token_bytes(600_000)
    (tmp_path / "capture.pcap").write_bytes(content)
    assert xorb("attachments", "add", finding, str(tmp_path / "capture.pcap")).code == 0
    assert "capture.pcap" in xorb("attachments", "list", finding).out
    saved = tmp_path / "saved"
    assert xorb("attachments", "save", finding, "capture.pcap", "--file", str(saved)).code == 0
    assert saved.read_bytes() == content
    assert saved.stat().st_mode & 0o777 == 0o600
    monkeypatch.chdir(tmp_path)
    again = xorb("attachments", "save", finding, "capture.pcap")
    assert (again.code, "is there already" in again.err) == (1, True)
    assert xorb("attachments", "remove", finding, "capture.pcap", "--yes").code == 0
    assert platform.attachments == []


def test_other_bytes_than_were_added_are_not_kept(xorb: Xorb, platform: Platform, tmp_path: Path) -> None:
    finding = found(platform)
    (tmp_path / "a.txt").write_bytes(b"abc")
    xorb("attachments", "add", finding, str(tmp_path / "a.txt"))
    platform.attachments[0].sha256 = "0" * 64
    spoilt = xorb("attachments", "save", finding, "a.txt", "--file", str(tmp_path / "b.txt"))
    assert (spoilt.code, "SHA-256" in spoilt.err) == (1, True)
    assert not (tmp_path / "b.txt").exists()


def test_a_name_leads_nowhere(xorb: Xorb, platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = found(platform)
    (tmp_path / "a.txt").write_bytes(b"abc")
    xorb("attachments", "add", finding, str(tmp_path / "a.txt"))
    file: attachment_pb2.Attachment = platform.attachments[0]
    file.file_name = "../../outside.txt"
    inside = tmp_path / "one" / "two"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    assert xorb("attachments", "save", finding, file.name[-8:]).code == 0
    assert [path.name for path in inside.iterdir()] == ["outside.txt"]
