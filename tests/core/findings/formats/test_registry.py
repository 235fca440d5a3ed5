"""Formats come through entry points, a partner's as XORB's own."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.core.findings.formats import registry
from services.core.findings.formats.kernel.errors import Malformed
from services.core.findings.formats.kernel.limits import Limits
from services.core.findings.formats.kernel.model import Refused, Reported
from services.core.findings.formats.kernel.source import Source

GUIDE = Path(__file__).parents[4] / "docs/guides/adding-a-format.md"
SAMPLE = b'acme-audit 2\n{"rule": "A1", "host": "shop.example", "level": "high", "text": "Bad"}\n{"rule": "A2"}\n'


@pytest.fixture
def partner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package with the guide's format, installed for one test."""
    code = GUIDE.read_text().partition("```python\n")[2].partition("```")[0]
    (tmp_path / "acme_audit.py").write_text(code)
    metadata = tmp_path / "acme_audit-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-audit\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[xorb.formats]\nacme = acme_audit:FORMAT\n")
    monkeypatch.syspath_prepend(tmp_path)
    registry.formats.cache_clear()
    yield tmp_path
    sys.modules.pop("acme_audit", None)
    registry.formats.cache_clear()


def test_a_partners_format_is_one_file_on_an_entry_point(partner: Path) -> None:
    assert partner.exists()
    source = Source.of(SAMPLE)
    form = registry.detect(source)
    assert form.name == "acme-audit"
    first, second = registry.read(form, source)
    assert isinstance(first, Reported)
    assert (first.check, first.asset, first.severity.name) == ("A1", "shop.example", "HIGH")
    assert second == Refused("line 3", "host is missing")


def test_a_name_that_is_taken_is_refused(partner: Path) -> None:
    (partner / "acme_audit-1.0.dist-info/entry_points.txt").write_text(
        "[xorb.formats]\none = acme_audit:FORMAT\ntwo = acme_audit:FORMAT\n"
    )
    with pytest.raises(ValueError, match="two formats are called acme-audit"):
        registry.formats()


def test_an_entry_point_names_a_format(partner: Path) -> None:
    (partner / "acme_audit-1.0.dist-info/entry_points.txt").write_text("[xorb.formats]\none = pathlib:Path\n")
    with pytest.raises(TypeError, match=r"must name a Format"):
        registry.formats()


def test_refusals_are_told_up_to_the_limit_and_then_counted() -> None:
    source = Source.of(b"{}\n" * 30, limits=Limits(refusals=10))
    found = list(registry.read(registry.formats()["nuclei"], source))
    assert len(found) == 11
    assert found[-1] == Refused("line 30", "20 more records can't be read, this one the last", 20)
    assert sum(entry.count for entry in found if isinstance(entry, Refused)) == 30


def test_what_cant_be_read_of_the_whole_file_ends_it() -> None:
    with pytest.raises(Malformed, match="is an object, not text"):
        list(registry.read(registry.formats()["semgrep"], Source.of(b'{"version": {"a": 1}, "results": []}')))
