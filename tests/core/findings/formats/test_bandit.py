"""Bandit's report."""

from datetime import UTC, datetime

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Code
from tests.core.findings.formats.files import entries, of_real_files, reported


def test_a_report() -> None:
    shell, password, yaml = reported("bandit/report.json")
    assert (shell.check, shell.severity, shell.tool_severity) == ("B602", Severity.HIGH, "HIGH")
    assert shell.location == Code("./shop/pay.py", 12, 13)
    assert shell.location.normal == "shop/pay.py"
    assert shell.cwes == (78,)
    assert "shell=True" in shell.evidence
    assert shell.seen_at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert (password.title, password.evidence, password.cwes) == ("Possible hardcoded password", "", (259,))
    assert (yaml.severity, yaml.tool_severity) == (Severity.SEVERITY_UNSPECIFIED, "UNDEFINED")
    assert yaml.location.normal == "shop/settings.py"


@of_real_files
@pytest.mark.parametrize(("name", "count"), [("dd.json", 47), ("many_vulns.json", 214), ("one_vuln.json", 1)])
def test_real_files_are_read(name: str, count: int) -> None:
    assert len(entries(f"real/bandit/{name}")) == count
