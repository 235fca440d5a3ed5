"""CSAF's advisories."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Package
from services.core.findings.formats.kernel.model import Cvss, Tool
from tests.core.findings.formats.files import of_real_files, reported


def test_a_vulnerability_is_a_finding_for_each_product_that_it_may_affect() -> None:
    httpd, appliance = reported("csaf/advisory.json")
    assert (httpd.tool, httpd.check, httpd.evidence) == (Tool("Acme"), "CVE-2023-45802", "ACME-2026-0007")
    assert httpd.location == Package(
        "httpd-2.4.57-1", "httpd-2.4.57-1", purl="pkg:rpm/acme/httpd@2.4.57-1?arch=x86_64", of="Acme Linux 9"
    )
    assert httpd.location.normal == "pkg:rpm/acme/httpd"
    assert (httpd.severity, httpd.tool_severity) == (Severity.MEDIUM, "Moderate")
    assert httpd.cvss == (Cvss("3.1", "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H", 5.9),)
    assert httpd.remediation == "Upgrade to httpd-2.4.58.\n\nSwitch HTTP/2 off."
    assert (httpd.aliases, httpd.cwes) == (("Acme Bugzilla 2243877",), (404,))
    assert httpd.description == "A client that resets streams fills the memory."
    assert (appliance.location, appliance.status_reason) == (Package("Acme Appliance"), "under investigation")
    assert (appliance.tool_severity, appliance.cvss) == ("Important", ())


@of_real_files
@pytest.mark.parametrize(("name", "count"), [("csaf_many_vuln.json", 3), ("csaf_one_vuln.json", 1)])
def test_real_files_are_read(name: str, count: int) -> None:
    """The other importer counts products that are fixed or not affected as well."""
    assert len(reported(f"real/csaf/{name}")) == count
