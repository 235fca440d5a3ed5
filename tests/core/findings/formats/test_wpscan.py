"""WPScan's reports."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Web
from services.core.findings.formats.kernel.model import Cvss, Status, Tool
from tests.core.findings.formats.files import entries, of_real_files, reported


def test_vulnerabilities_and_what_is_interesting() -> None:
    xmlrpc, headers, core, upload, backup, password = reported("wpscan/scan.json")
    assert (xmlrpc.tool, xmlrpc.check, xmlrpc.severity) == (Tool("WPScan", "3.8.25"), "xmlrpc", Severity.INFO)
    assert (headers.title, headers.evidence) == ("headers", "found by Headers (Passive Detection)\n\nServer: nginx")
    assert (core.location, core.remediation) == (Web("https://blog.example/"), "Upgrade to 6.0.2.")
    assert (core.check, core.severity) == (
        "wpvulndb-601b0bf9-fed2-4675-aec7-fed3156a022f",
        Severity.SEVERITY_UNSPECIFIED,
    )
    assert upload.location == Web("https://blog.example/wp-content/plugins/forms/")
    assert (upload.cves, upload.severity) == (("CVE-2020-35489",), Severity.CRITICAL)
    assert upload.cvss == (Cvss("3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),)
    assert upload.description == "Version found: 5.3.1"
    assert (backup.check, backup.location) == ("config-backup", Web("https://blog.example/wp-config.php~"))
    assert (password.title, password.status) == ("The password of admin was guessed", Status.VERIFIED)
    assert "hunter2" not in repr(password)


def test_an_aborted_scan_is_known() -> None:
    assert entries("wpscan/aborted.json") == []


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"),
    [("empty.json", 0), ("sample.json", 4), ("wordpress_many_vuln.json", 10), ("wordpress_one_vuln.json", 8)],
)
def test_real_files_are_read(name: str, count: int) -> None:
    """The other importer takes three vulnerabilities with one number in WPScan's database for one."""
    assert len(reported(f"real/wpscan/{name}")) == count
