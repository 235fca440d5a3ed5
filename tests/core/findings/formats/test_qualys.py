"""Qualys' reports."""

from datetime import UTC, datetime

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Endpoint, Web
from services.core.findings.formats.kernel.model import Cvss, Status
from tests.core.findings.formats.files import of_real_files, reported


@pytest.mark.parametrize("name", ["scan.xml", "assets.xml", "assets.csv"])
def test_files_of_vulnerability_management_say_the_same(name: str) -> None:
    poodle = reported(f"qualys/{name}")[0]
    assert (poodle.check, poodle.location) == ("38604", Endpoint("192.0.2.7", 443, "tcp"))
    assert (poodle.severity, poodle.tool_severity) == (Severity.MEDIUM, "3")
    assert poodle.cves == ("CVE-2014-3566",)
    assert poodle.cvss[0].score == 3.4
    assert poodle.description == "The host supports SSLv3.\n\nCookies may be read."
    assert poodle.remediation.startswith("Disable SSLv3.")


def test_confirmed_and_potential_but_not_mere_information() -> None:
    poodle, constant = reported("qualys/scan.xml")
    assert poodle.cvss == (
        Cvss("3.1", "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:C/C:L/I:N/A:N", 3.4),
        Cvss("2.0", "", 4.3),
    )
    assert (poodle.status_reason, constant.status_reason) == ("confirmed", "potential")
    assert (constant.severity, constant.cvss) == (Severity.LOW, ())


def test_states_of_assets() -> None:
    poodle, old = reported("qualys/assets.xml")
    assert (poodle.evidence, poodle.seen_at) == ("SSLv3 is supported", datetime(2026, 3, 1, 9, tzinfo=UTC))
    assert (old.title, old.status, old.severity) == ("EOL Software: ASP.NET 1.0", Status.FIXED, Severity.CRITICAL)


def test_detections_of_the_api() -> None:
    poodle, ignored = reported("qualys/detections.xml")
    assert (poodle.check, poodle.title, poodle.tool_severity) == ("38604", "QID 38604", "3")
    assert (poodle.location, poodle.status_reason) == (Endpoint("192.0.2.7", 443, "tcp"), "Active")
    assert (ignored.status, ignored.status_reason) == (Status.SUPPRESSED, "IS_IGNORED")


@pytest.mark.parametrize("name", ["was.xml", "sites.xml"])
def test_sites(name: str) -> None:
    injection, frame = reported(f"qualys/{name}")
    assert injection.location == Web("https://shop.example/items?id=7", "GET", "id")
    assert (injection.check, injection.cwes, injection.severity) == ("150003", (89,), Severity.CRITICAL)
    assert (injection.evidence, injection.cvss) == ("id=7'", (Cvss("2.0", "", 7.5),))
    assert (frame.status, frame.status_reason) == (Status.SUPPRESSED, "RISK_ACCEPTED")


@of_real_files
@pytest.mark.parametrize(("name", "count"), [("empty.xml", 0), ("Qualys_Sample_Report.csv", 6)])
def test_real_files_are_read(name: str, count: int) -> None:
    assert len(reported(f"real/qualys/{name}")) == count
