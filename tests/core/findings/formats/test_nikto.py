"""Nikto's reports."""

from datetime import UTC, datetime

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Web
from services.core.findings.formats.kernel.model import Tool
from tests.core.findings.formats.files import of_real_files, reported


@pytest.mark.parametrize("name", ["nikto/scan.xml", "nikto/scan.json"])
def test_both_files_say_the_same(name: str) -> None:
    header, forum = reported(name)
    assert (header.check, header.title) == ("999103", "The X-Content-Type-Options header is not set")
    assert header.location.normal == Web("https://shop.example/").normal
    assert header.references == ("https://www.netsparker.com/missing-content-type-header/",)
    assert (forum.check, forum.cves, forum.severity) == ("000863", ("CVE-2003-1299",), Severity.INFO)
    assert forum.location == Web("https://shop.example:443/members.asp", "POST")


def test_version_and_time_stand_in_xml_only() -> None:
    assert reported("nikto/scan.xml")[0].tool == Tool("Nikto", "2.5.0")
    assert reported("nikto/scan.xml")[0].seen_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert reported("nikto/scan.json")[0].tool == Tool("Nikto")


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("issue_9274.json", 8),
        ("nikto-output.xml", 13),
        ("nikto-report-old-format.xml", 1),
        ("nikto-report-zero-vuln.xml", 0),
    ],
)
def test_real_files_are_read(name: str, count: int) -> None:
    assert len(reported(f"real/nikto/{name}")) == count


@of_real_files
def test_paths_of_a_real_file() -> None:
    found = {one.check: one for one in reported("real/nikto/nikto-output.xml")}
    assert found["999976"].location == Web("http://localhost:8070/", "GET")
    assert found["006525"].title == "Default Tomcat Manager interface found"
    assert found["001355"].references == ("http://osvdb.org/3720",)
