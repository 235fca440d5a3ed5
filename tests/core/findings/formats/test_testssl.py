"""testssl.sh's measurements."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Endpoint
from services.core.findings.formats.kernel.model import Tool
from tests.core.findings.formats.files import of_real_files, reported


@pytest.mark.parametrize("name", ["testssl/scan.csv", "testssl/flat.json"])
def test_both_flat_files_say_the_same(name: str) -> None:
    service, breach, engine = reported(name)
    assert (service.check, service.severity, service.tool_severity) == ("service", Severity.INFO, "INFO")
    assert (breach.check, breach.cves, breach.cwes) == ("BREACH", ("CVE-2013-3587",), (310,))
    assert (breach.location, breach.severity) == (Endpoint("shop.example", 443), Severity.MEDIUM)
    assert breach.evidence == "potentially VULNERABLE (192.0.2.7)"
    assert (engine.location, engine.severity) == (Endpoint("192.0.2.8", 8443), Severity.INFO)


def test_the_pretty_file() -> None:
    (breach,) = reported("testssl/pretty.json")
    assert breach.tool == Tool("testssl.sh", "3.2.1")
    assert (breach.check, breach.location, breach.tool_severity) == ("BREACH", Endpoint("shop.example", 443), "MEDIUM")


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"), [("defectdojo_many_vuln", 377), ("defectdojo_one_vuln", 1), ("demo2", 3), ("many_cves", 1)]
)
def test_real_files_are_read(name: str, count: int) -> None:
    """The first has four addresses of a host, each a row here; the other importer makes one of them: 100.

    It makes two of the two CVEs of one row in the last file, which are one weakness here.
    """
    assert len(reported(f"real/testssl/{name}.csv")) == count


@of_real_files
def test_weaknesses_of_real_files() -> None:
    grave = {one.check for one in reported("real/testssl/defectdojo_many_vuln.csv") if one.severity >= Severity.HIGH}
    assert "BREACH" in grave
    (drown,) = reported("real/testssl/many_cves.csv")
    assert (drown.check, drown.severity) == ("DROWN", Severity.HIGH)
    assert drown.cves == ("CVE-2016-0800", "CVE-2016-0703")
