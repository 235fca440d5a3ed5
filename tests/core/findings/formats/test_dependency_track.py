"""Dependency-Track's findings."""

from datetime import UTC, datetime

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.model import Status, Tool
from tests.core.findings.formats.files import of_real_files, reported


def test_findings() -> None:
    jackson, uglify, view = reported("dependency-track/findings.fpf")
    assert jackson.tool == Tool("Dependency-Track", "4.12.2")
    assert (jackson.check, jackson.cves, jackson.cwes) == ("GHSA-rgv9-q543-rqg4", ("CVE-2022-42004",), (400, 502))
    assert jackson.aliases == ("GHSA-rgv9-q543-rqg4", "DSA-5283-1")
    assert jackson.location.normal == "pkg:maven/com.fasterxml.jackson.core/jackson-databind"
    assert [(one.version, one.score) for one in jackson.cvss] == [("3.1", 7.5), ("2.0", 5.0)]
    assert jackson.seen_at == datetime(2026, 2, 27, 23, 55, 9, 748000, UTC)
    assert jackson.tool_id == "ca4f2da9:b815b581:115b80bb"
    assert jackson.references[0] == "https://git.example/jackson/1"
    assert (uglify.status, uglify.status_reason) == (Status.FALSE_POSITIVE, "FALSE_POSITIVE\n\nnot shipped")
    assert (uglify.severity, uglify.tool_severity) == (Severity.SEVERITY_UNSPECIFIED, "UNASSIGNED")
    assert (view.status, view.asset) == (Status.SUPPRESSED, "shop")


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("dependency_track_3.8.0_2021-01-18.json", 9),
        ("deptrack_npm_4.14.1.json", 22),
        ("many_findings.json", 4),
        ("many_findings_with_cvssV3_score.json", 12),
    ],
)
def test_real_files_are_read(name: str, count: int) -> None:
    assert len(reported(f"real/dependency_track/{name}")) == count
