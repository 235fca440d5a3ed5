"""SSL Labs' assessments."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Endpoint
from services.core.findings.formats.kernel.model import Tool
from tests.core.findings.formats.files import of_real_files, reported


def test_an_endpoint() -> None:
    found = reported("ssl-labs/host.json")
    assert [one.check for one in found] == [
        "grade",
        "bleichenbacher",
        "goldenDoodle",
        "poodle",
        "protocol-768",
        "certificate-4",
    ]
    grade, robot, _, poodle, protocol, expired = found
    assert grade.tool == Tool("SSL Labs", "2.3.0")
    assert (grade.severity, grade.tool_severity) == (Severity.MEDIUM, "C")
    assert {one.location for one in found} == {Endpoint("shop.example", 443)}
    assert (robot.cves, robot.evidence) == (("CVE-2017-13099",), "192.0.2.9\nbleichenbacher: 3")
    assert (poodle.cves, poodle.tool_id) == (("CVE-2014-3566",), "192.0.2.9:poodle")
    assert (protocol.title, protocol.severity) == ("SSL 3.0 is offered", Severity.MEDIUM)
    assert expired.title == "The certificate has expired"


def test_good_grades_are_no_findings() -> None:
    (old,) = reported("ssl-labs/hosts.json")
    assert (old.location, old.tool_severity, old.severity) == (Endpoint("old.example", 8443), "T", Severity.HIGH)


@of_real_files
@pytest.mark.parametrize(("name", "count"), [("ssl_labs_dh1024_v1.5.0.json", 4), ("ssl_labs_ok_v1.5.0.json", 0)])
def test_real_files_are_read(name: str, count: int) -> None:
    """The other importer reports the grade alone, a good one, too."""
    assert len(reported(f"real/ssl_labs/{name}")) == count
