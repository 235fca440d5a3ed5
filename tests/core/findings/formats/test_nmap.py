"""nmap's XML."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Endpoint
from services.core.findings.formats.kernel.model import Reported, Tool
from tests.core.findings.formats.files import entries, of_real_files, refused


def test_ports_and_what_scripts_found() -> None:
    found = entries("nmap/scan.xml")
    http, apache, exploit, https, poodle, smb = (entry for entry in found if isinstance(entry, Reported))
    assert http.title == "Open port 80/tcp: http (Apache httpd 2.4.49)"
    assert http.severity is Severity.INFO
    assert http.tool == Tool("nmap", "7.95")
    assert (apache.check, apache.cves, apache.tool_severity) == ("CVE-2021-41773", ("CVE-2021-41773",), "7.5")
    assert apache.severity is Severity.HIGH
    assert exploit.cves == ()
    assert https.title == "Open port 443/tcp: https (nginx 1.24.0)"
    assert poodle.location == Endpoint("192.0.2.7", 443, "tcp")
    assert (poodle.check, poodle.cves, poodle.tool_severity) == ("ssl-poodle", ("CVE-2014-3566",), "High")
    assert smb.location == Endpoint("192.0.2.7")
    assert smb.severity is Severity.HIGH
    assert [(entry.position, entry.reason) for entry in refused(found)] == [("line 29", "address is missing")]


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"), [("issue12411.xml", 4), ("nmap_0port.xml", 0), ("nmap_multiple_port.xml", 13)]
)
def test_real_files_are_read(name: str, count: int) -> None:
    """Open ports are reported one each; the other importer counts those of the first file by host."""
    assert len(entries(f"real/nmap/{name}")) == count
