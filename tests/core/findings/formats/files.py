"""The samples: ours, a folder a format beside this file, and the real ones where they lie beside the project."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.core.findings.formats import registry
from services.core.findings.formats.kernel.model import Entry, Refused, Reported
from services.core.findings.formats.kernel.source import Source

OURS = Path(__file__).parent / "samples"
REAL = Path(__file__).parents[5] / "shared/data/scans"
of_real_files = pytest.mark.skipif(not REAL.exists(), reason="the real samples aren't here")
"""Marks a test that needs the real samples."""
NAMES = {
    "anchore_grype": "grype",
    "aws_prowler_v3plus": "prowler",
    "checkmarx_one": "checkmarx",
    "h1": "hackerone",
    "invicti": "acunetix",
    "kubebench": "kube-bench",
    "npm_audit_7_plus": "npm-audit",
    "tenable": "nessus",
}
"""Folders of real samples that are called other than their format; `_` stands for `-`."""
OTHERS = {
    "openvex/openvex_not_a_document.json",
    "sarif/appendix_k3.sarif",
    "sslyze/report_one_target_three_vuln.xml",
}
"""Real samples that are of no format that is read."""


def ours() -> list[Path]:
    """Returns our samples."""
    return sorted(path for path in OURS.glob("*/*") if path.is_file())


def real() -> list[Path]:
    """Returns the real samples, none where they aren't there."""
    return sorted(path for path in REAL.glob("*/*") if str(path.relative_to(REAL)) not in OTHERS)


def format_of(path: Path) -> str:
    """Returns the name of the format that a sample's folder stands for."""
    folder = path.parent.name
    return NAMES.get(folder, folder.replace("_", "-"))


def entries(path: Path | str, name: str = "") -> list[Entry]:
    """Returns what one of our samples, or of the real ones, `real/…`, reports, its format detected."""
    if isinstance(path, str):
        path = REAL / path.removeprefix("real/") if path.startswith("real/") else OURS / path
    source = Source.at(path)
    return list(registry.read(registry.formats()[name] if name else registry.detect(source), source))


def reported(path: Path | str, name: str = "") -> list[Reported]:
    """Returns the weaknesses of a sample that has nothing that is refused."""
    found = entries(path, name)
    assert not [entry for entry in found if isinstance(entry, Refused)]
    return [entry for entry in found if isinstance(entry, Reported)]


def refused(found: list[Entry]) -> Iterator[Refused]:
    """Returns the refused among entries."""
    return (entry for entry in found if isinstance(entry, Refused))
