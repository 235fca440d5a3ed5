"""`xorb report`: rendering, rendering again, lists, downloads."""

import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Xorb
from tests.cli.platform import Platform


def test_a_report_is_rendered_to_a_file_of_its_owner(xorb: Xorb, platform: Platform, tmp_path: Path) -> None:
    assert xorb("engagement", "add", "Spring").code == 0
    file = tmp_path / "out.pdf"
    line = ("report", "render", "-o", str(file), "--filter", 'severity >= "HIGH"', "--title", "Annual")
    result = xorb(*line, "--client", "Ex", "--template", "ours", "--engagement", "Spring")
    assert result.code == 0, result.err
    assert file.read_bytes() == b"the report as PDF"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    sent = next(one for one in platform.requests if hasattr(one, "report")).report
    assert (sent.display_name, sent.client, sent.filter) == ("Annual", "Ex", 'severity >= "HIGH"')
    assert "/reportTemplates/" in sent.template
    assert "/engagements/" in sent.engagement


def test_a_report_is_rendered_again_as_it_was_ordered(
    xorb: Xorb, platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert xorb("report", "render", "--format", "sarif", "--title", "Annual", "--filter", "cwes:79").code == 0
    assert (tmp_path / "report.sarif").exists()
    folder = tmp_path / "again"
    folder.mkdir()
    assert xorb("report", "again", "annual", "--folder", str(folder)).code == 0
    assert (folder / "report.sarif").read_bytes() == b"the report as SARIF"
    first, second = [one.report for one in platform.requests if hasattr(one, "report")]
    for one in ("display_name", "filter", "formats"):
        assert getattr(second, one) == getattr(first, one)
    assert second.name != first.name


def test_reports_are_listed_downloaded_and_deleted(xorb: Xorb, tmp_path: Path) -> None:
    assert "xorb report render" in xorb("report", "list").out + xorb("report", "list").err
    assert xorb("report", "render", "--title", "Annual", "-o", str(tmp_path / "one")).code == 0
    assert "Annual" in xorb("report", "list").out
    assert xorb("report", "download", "Annual", "-o", str(tmp_path / "two")).code == 0
    assert (tmp_path / "two").read_bytes() == b"the report as PDF"
    assert "no such file" in xorb("report", "download", "Annual", "--format", "csv").err
    assert xorb("report", "delete", "Annual").code == 0
    assert "Annual" not in xorb("report", "list").out
    assert "Ours" in xorb("report", "templates").out


def test_what_goes_wrong_is_said(xorb: Xorb, platform: Platform, tmp_path: Path) -> None:
    failed = xorb("report", "render", "--filter", "broken", "-o", str(tmp_path / "out"))
    assert (failed.code, "The template can't be set." in failed.err) == (1, True)
    platform.damages = True
    damaged = xorb("report", "render", "-o", str(tmp_path / "out"))
    assert (damaged.code, "damaged on its way" in damaged.err) == (1, True)
    assert not (tmp_path / "out").exists()
