"""OpenVAS's reports."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Endpoint
from services.core.findings.formats.kernel.model import Cvss, Status
from tests.core.findings.formats.files import entries, of_real_files, reported


def test_results_of_gmp() -> None:
    tls, system = reported("openvas/report.xml")
    assert (tls.check, tls.tool_id) == ("1.3.6.1.4.1.25623.1.0.117274", "r1")
    assert tls.location == Endpoint("192.0.2.7", 443, "tcp")
    assert tls.cvss == (Cvss("2.0", "AV:N/AC:M/Au:N/C:P/I:N/A:N", 4.3),)
    assert (tls.severity, tls.tool_severity, tls.cves) == (Severity.MEDIUM, "Medium", ("CVE-2011-3389",))
    assert tls.remediation == "Disable TLSv1.0 and TLSv1.1."
    assert tls.references == ("https://bettercrypto.org",)
    assert system.location == Endpoint("192.0.2.7")
    assert (system.status, system.tool_severity, system.severity) == (Status.FALSE_POSITIVE, "Log", Severity.INFO)


def test_rows() -> None:
    tls, system = reported("openvas/report.csv")
    assert tls.cves == ("CVE-2011-3389", "CVE-2015-0204")
    assert (tls.location, tls.tool_severity) == (Endpoint("192.0.2.7", 443, "tcp"), "Medium")
    assert tls.description == "Old\nprotocols."
    assert system.location.normal == "192.0.2.7"


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"), [("many_vuln.csv", 4), ("no_vuln.csv", 0), ("one_vuln.csv", 1), ("report_combine_v2.csv", 2)]
)
def test_real_files_are_read(name: str, count: int) -> None:
    """The other importer makes one of two equal rows of the last file."""
    assert len(entries(f"real/openvas/{name}")) == count
