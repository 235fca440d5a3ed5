"""OSV-Scanner's results."""

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Package
from services.core.findings.formats.kernel.model import Cvss
from tests.core.findings.formats.files import of_real_files, reported


def test_advisories_of_a_group_are_one() -> None:
    protobuf, busybox, requests = reported("osv-scanner/results.json")
    assert (protobuf.check, protobuf.cves) == ("GHSA-c3h9-896r-86jm", ("CVE-2021-3121",))
    assert protobuf.aliases == ("GHSA-c3h9-896r-86jm", "GO-2021-0053")
    assert (protobuf.severity, protobuf.tool_severity, protobuf.cwes) == (Severity.HIGH, "HIGH", (129,))
    assert protobuf.cvss == (Cvss("3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:H", 8.6),)
    assert protobuf.location.normal == "pkg:golang/github.com/gogo/protobuf"
    assert protobuf.remediation == "Update github.com/gogo/protobuf to 1.3.2."
    assert protobuf.status_reason == "its vulnerable code isn't called"
    assert (busybox.severity, busybox.tool_severity) == (Severity.MEDIUM, "5.5")
    assert busybox.location.normal == "pkg:apk/busybox"
    assert busybox.asset == "/src/shop/image.tar:/lib/apk/db/installed"
    assert requests.location == Package("requests", "2.30.0", "pypi", path="/src/shop/image.tar:/lib/apk/db/installed")
    assert requests.severity is Severity.SEVERITY_UNSPECIFIED


def test_a_clean_report_has_nothing() -> None:
    assert reported("osv-scanner/clean.json") == []


@of_real_files
def test_a_real_file_is_read() -> None:
    (found,) = reported("real/osv_scanner/multi_cwe_fabricated.json")
    assert (found.check, found.cwes) == ("GHSA-multi-cwe-0001", (79, 89))
    assert found.location.normal == "pkg:npm/example-pkg"
