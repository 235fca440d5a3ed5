"""SonarQube's issues and hotspots."""

from datetime import UTC, datetime

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Code
from services.core.findings.formats.kernel.model import Status
from tests.core.findings.formats.files import of_real_files, reported


def test_issues_that_are_weaknesses() -> None:
    command, mode, library = reported("sonarqube/issues.json")
    assert (command.check, command.title) == ("python:S2076", "OS commands should not be made of input")
    assert command.location == Code("src/pay.py", 12, 13, repository="shop")
    assert (command.severity, command.tool_severity, command.cwes) == (Severity.HIGH, "CRITICAL", (78,))
    assert command.seen_at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert command.tool_id == "AY1"
    assert mode.location.normal == "src/Cart.java"
    assert (mode.severity, mode.tool_severity) == (Severity.CRITICAL, "BLOCKER")
    assert (mode.status, mode.status_reason) == (Status.FALSE_POSITIVE, "FALSE-POSITIVE")
    assert (library.cves, library.status) == (("CVE-2024-22195",), Status.ACCEPTED)


def test_hotspots() -> None:
    page, root = reported("sonarqube/hotspots.json")
    assert (page.check, page.severity, page.tool_severity) == ("typescript:S6268", Severity.HIGH, "HIGH")
    assert page.location.asset == "shop"
    assert root.location == Code("Dockerfile", 1, repository="shop")
    assert (root.status, root.status_reason) == (Status.ACCEPTED, "ACKNOWLEDGED")


def test_a_clean_project_has_nothing() -> None:
    assert reported("sonarqube/clean.json") == []


@of_real_files
@pytest.mark.parametrize(("name", "count"), [("findings_over_api_hotspots.json", 4), ("issue_10150.json", 3)])
def test_real_files_are_read(name: str, count: int) -> None:
    found = reported(f"real/sonarqube/{name}")
    assert len(found) == count
    assert found[0].severity is Severity.HIGH
