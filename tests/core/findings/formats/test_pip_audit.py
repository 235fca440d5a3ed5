"""pip-audit's results."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Package
from tests.core.findings.formats.files import of_real_files, reported


def test_results_of_version_2() -> None:
    first, second = reported("pip-audit/version2.json")
    assert (first.check, first.cves) == ("PYSEC-2024-22", ("CVE-2024-22195",))
    assert first.aliases == ("PYSEC-2024-22", "GHSA-h5c8-rqwp-cp95")
    assert first.location == Package("jinja2", "3.1.2", "pypi")
    assert first.remediation == "Update jinja2 to 3.1.3 or 2.11.4."
    assert (second.check, second.remediation) == ("GHSA-h75v-3vvj-5mfj", "")
    assert second.severity is Severity.SEVERITY_UNSPECIFIED


def test_results_of_version_1() -> None:
    (found,) = reported("pip-audit/version1.json")
    assert found.location.normal == "pkg:pypi/flask-cors"
    assert found.title == "PYSEC-2020-43 in Flask_Cors 3.0.8"


def test_packages_without_weaknesses_are_none() -> None:
    assert reported("pip-audit/clean.json") == []


@of_real_files
@pytest.mark.parametrize(("name", "count"), [("many_vulns.json", 7), ("zero_vulns.json", 0)])
def test_real_files_are_read(name: str, count: int) -> None:
    assert len(reported(f"real/pip_audit/{name}")) == count
