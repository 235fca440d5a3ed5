"""Snyk's results."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Package
from services.core.findings.formats.kernel.model import Cvss, Status
from tests.core.findings.formats.files import of_real_files, reported


def test_a_project() -> None:
    lodash, ignored = reported("snyk/project.json")
    assert (lodash.check, lodash.cves, lodash.cwes) == ("SNYK-JS-LODASH-1040724", ("CVE-2021-23337",), (78,))
    assert lodash.aliases == ("GHSA-35jh-r3h4-6jhm",)
    assert lodash.location == Package("lodash", "4.17.15", "npm", path="package-lock.json", of="shop")
    assert [(one.source, one.score) for one in lodash.cvss] == [("Snyk", 7.2), ("NVD", 9.8)]
    assert (lodash.severity, lodash.tool_severity) == (Severity.HIGH, "high")
    assert lodash.evidence == "shop@1.0.0 > grunt@1.0.0 > lodash@4.17.15"
    assert (ignored.status, ignored.status_reason) == (Status.FALSE_POSITIVE, "no input gets there")


def test_many_projects() -> None:
    permissions, guava = reported("snyk/projects.json")
    assert permissions.location.normal == "pkg:rpm/permissions"
    assert permissions.asset == "shop/web"
    assert permissions.remediation == "Update permissions to 20181225-23.12.1."
    assert guava.location.normal == "pkg:maven/com.google.guava/guava"
    assert guava.asset == "com.shop:cart"
    assert guava.cvss == (Cvss("3.1", "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N/RL:O", 5.5),)


def test_a_clean_project_has_nothing() -> None:
    assert reported("snyk/clean.json") == []


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("all-projects_many_vulns.json", 4),
        ("all-projects_one_vuln.json", 1),
        ("single_project_None_cvss.json", 1),
        ("single_project_no_vulns.json", 0),
    ],
)
def test_real_files_are_read(name: str, count: int) -> None:
    assert len(reported(f"real/snyk/{name}")) == count
