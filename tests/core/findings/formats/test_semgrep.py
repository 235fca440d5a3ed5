"""Semgrep's results."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Code, Package
from services.core.findings.formats.kernel.model import Status, Tool
from tests.core.findings.formats.files import of_real_files, reported


def test_a_report() -> None:
    shell, token, library = reported("semgrep/report.json")
    assert shell.tool == Tool("Semgrep", "1.97.0")
    assert (shell.severity, shell.tool_severity, shell.cwes) == (Severity.HIGH, "ERROR", (78,))
    assert shell.location == Code("shop/pay.py", 12, 13)
    assert shell.title == "subprocess-shell-true"
    assert shell.remediation == "Replace it by: subprocess.call(['pay', order])"
    assert shell.tool_id == "9a1c_0"
    assert (token.severity, token.evidence, token.tool_id) == (Severity.LOW, "", "")
    assert token.status is Status.VERIFIED
    assert library.location == Package("Jinja2", "3.1.2", "pypi", path="poetry.lock")
    assert library.location.normal == "pkg:pypi/jinja2"
    assert (library.status, library.cves, library.evidence) == (Status.SUPPRESSED, ("CVE-2024-22195",), "")


def test_a_clean_report_has_nothing() -> None:
    assert reported("semgrep/clean.json") == []


@of_real_files
@pytest.mark.parametrize(
    ("name", "count", "severity"),
    [
        ("close_old_findings_report_line31.json", 1, Severity.HIGH),
        ("close_old_findings_report_third_run_different_unique_id.json", 1, Severity.HIGH),
        ("high-medium-low-severities.json", 3, Severity.LOW),
    ],
)
def test_real_files_are_read(name: str, count: int, severity: Severity) -> None:
    found = reported(f"real/semgrep/{name}")
    assert len(found) == count
    assert found[0].severity is severity
