"""Dependency-Check's reports."""

from datetime import UTC, datetime

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.model import Cvss, Status, Tool
from tests.core.findings.formats.files import of_real_files, reported


def test_a_report() -> None:
    text, suppressed, slow = reported("dependency-check/report.xml")
    assert text.tool == Tool("Dependency-Check", "9.0.9")
    assert (text.check, text.severity, text.cwes) == ("CVE-2022-42889", Severity.CRITICAL, (94,))
    assert text.cvss == (Cvss("3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, "NVD"),)
    assert text.location.normal == "pkg:maven/org.apache.commons/commons-text"
    assert text.asset == "shop"
    assert text.seen_at == datetime(2026, 3, 1, 9, 0, 0, 123456, UTC)
    assert (suppressed.status, suppressed.status_reason) == (Status.SUPPRESSED, "another library")
    assert suppressed.cvss == (Cvss("2.0", "AV:N/AC:M/Au:N/C:P/I:P/A:N", 5.8, "OSSINDEX"),)
    assert (slow.aliases, slow.tool_severity) == (("GHSA-w9mr-4mfr-499f",), "moderate")


def test_xml_and_json_say_the_same() -> None:
    xml, json = reported("dependency-check/report.xml"), reported("dependency-check/report.json")
    assert json == xml


def test_a_report_of_an_old_version() -> None:
    (found,) = reported("dependency-check/old.xml")
    assert found.cvss == (Cvss("2.0", "", 6.4, "NVD"),)
    assert found.location.normal == "pkg:generic/dom4j-1.6.1.jar"


def test_a_clean_report_has_nothing() -> None:
    assert reported("dependency-check/clean.xml") == []


@of_real_files
def test_a_real_file_is_read() -> None:
    assert reported("real/dependency_check/single_dependency_with_related_no_vulnerability.xml") == []
