"""Metasploit's export."""

from datetime import UTC, datetime

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Endpoint, Web
from services.core.findings.formats.kernel.model import Reported, Status
from tests.core.findings.formats.files import entries, refused


def test_vulnerabilities_of_hosts_and_sites() -> None:
    found = entries("metasploit/export.xml")
    blue, clock, injection = (one for one in found if isinstance(one, Reported))
    assert blue.check == "MS17-010 EternalBlue SMB Remote Windows Kernel Pool Corruption"
    assert blue.location == Endpoint("192.0.2.7", 445, "tcp")
    assert (blue.status, blue.status_reason) == (Status.VERIFIED, "exploited at 2026-03-01 08:30:00 UTC")
    assert (blue.cves, blue.aliases) == (("CVE-2017-0144",), ("MSB-MS17-010",))
    assert blue.references == ("https://www.exploit-db.com/exploits/42315", "https://docs.example/ms17-010")
    assert blue.seen_at == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    assert (blue.severity, blue.evidence) == (
        Severity.SEVERITY_UNSPECIFIED,
        "exploit/windows/smb/ms17_010_eternalblue",
    )
    assert (clock.location, clock.remediation) == (Endpoint("192.0.2.7"), "Drop such packets.")
    assert (injection.location, injection.tool_severity) == (Web("https://shop.example:443/items", "GET", "id"), "5")
    assert injection.location.normal == "https://shop.example/items"
    assert [one.reason for one in refused(found)] == ["address is missing"]


def test_credentials_are_not_read() -> None:
    assert "not-read" not in repr(entries("metasploit/export.xml"))
