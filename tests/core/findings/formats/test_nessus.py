"""Tenable's scans."""

from datetime import UTC, datetime

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Endpoint
from services.core.findings.formats.kernel.model import Cvss
from tests.core.findings.formats.files import entries, of_real_files, reported


def test_the_scanners_own_file() -> None:
    certificate, ssh, information = reported("nessus/scan.nessus")
    assert (certificate.check, certificate.title) == ("51192", "SSL Certificate Cannot Be Trusted")
    assert certificate.location == Endpoint("shop.example", 443, "tcp")
    assert certificate.cvss == (
        Cvss("3.0", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:N", 6.5),
        Cvss("2.0", "AV:N/AC:L/Au:N/C:P/I:P/A:N", 6.4),
    )
    assert (certificate.severity, certificate.tool_severity) == (Severity.MEDIUM, "Medium")
    assert len(certificate.references) == 2
    assert certificate.seen_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert (ssh.cves, ssh.cwes, ssh.remediation) == (("CVE-2024-6387", "CVE-2024-6409"), (364,), "")
    assert information.location == Endpoint("shop.example", 0, "tcp")
    assert information.tool_severity == "Info"


def test_rows_of_one_plug_in_and_its_cves_are_one() -> None:
    ssh, information = reported("nessus/scan.csv")
    assert (ssh.check, ssh.cves, ssh.severity) == ("201194", ("CVE-2024-6387", "CVE-2024-6409"), Severity.HIGH)
    assert ssh.cvss == (Cvss("3.1", "", 8.1), Cvss("2.0", "", 9.3))
    assert information.description == "About the scan.\n\nTwo\nlines."
    assert (information.severity, information.remediation) == (Severity.INFO, "")


@of_real_files
def test_real_files_are_read() -> None:
    """The other importer, too, makes one of a plug-in's CVEs; of its places, too: 2 of the first file."""
    assert len(entries("real/tenable/issue_11102.csv")) == 3
    found = reported("real/tenable/tenable_many_vuln.csv")
    assert found[0].check == "176700"
    assert found[0].cves == ("CVE-2023-32233",)
    assert len(found) == 9
