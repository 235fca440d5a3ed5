"""npm's audits."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Package
from services.core.findings.formats.kernel.model import Cvss
from tests.core.findings.formats.files import of_real_files, reported


def test_a_report_of_version_2_has_weaknesses_where_they_are() -> None:
    slow, slower, prices = reported("npm-audit/version2.json")
    assert (slow.check, slow.severity, slow.tool_severity) == ("GHSA-gxpj-cx7g-858c", Severity.MEDIUM, "moderate")
    assert slow.location == slower.location == Package("debug", ecosystem="npm")
    assert slow.cvss == (Cvss("3.0", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L", 5.3),)
    assert slow.cwes == (400, 1333)
    assert slow.remediation == "Update express to 4.18.3, a new major version."
    assert "node_modules/express/node_modules/debug" in slow.evidence
    assert (slower.check, slower.cvss, slower.aliases) == ("1094457", (), ())
    assert prices.location.normal == "pkg:npm/@shop/cart"
    assert prices.remediation == ""


def test_a_report_of_version_1_has_one_for_each_version() -> None:
    new, old = reported("npm-audit/version1.json")
    assert new.check == old.check == "GHSA-35jh-r3h4-6jhm"
    assert (new.location, old.location) == (Package("lodash", "4.17.15", "npm"), Package("lodash", "3.10.1", "npm"))
    assert new.cves == ("CVE-2021-23337",)
    assert new.evidence == "grunt>lodash\nlodash"
    assert "https://nvd.nist.gov/vuln/detail/CVE-2021-23337" in new.references


def test_a_clean_report_has_nothing() -> None:
    assert reported("npm-audit/clean.json") == []


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"), [("issue_10801.json", 1), ("multiple_cwes_fabricated.json", 1), ("one_vuln.json", 2)]
)
def test_real_files_are_read(name: str, count: int) -> None:
    """The last one has two advisories of one package, which another importer takes together."""
    assert len(reported(f"real/npm_audit_7_plus/{name}")) == count
