"""Veracode's detailed report."""

from datetime import UTC, datetime

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Code, Package, Web
from services.core.findings.formats.kernel.model import Cvss, Status
from tests.core.findings.formats.files import of_real_files, reported


def test_flaws() -> None:
    query, refuted, page, *_ = reported("veracode/detailed.xml")
    assert query.location == Code("com/shop/Database.java", 49, 0, "Order find(java.lang.String)", "shop")
    assert (query.check, query.severity, query.tool_severity) == ("CWE-89", Severity.HIGH, "4")
    assert query.remediation == "Bind values.\n\nAlso in procedures."
    assert query.seen_at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert (query.status, query.tool_id) == (Status.OPEN, "17")
    assert refuted.status is Status.FALSE_POSITIVE
    assert refuted.status_reason == "Potential False Positive: it is a constant\n\nMitigation Accepted: right"
    assert page.location == Web("https://shop.example/search?q=1", parameter="q")
    assert (page.asset, page.status, page.severity) == ("shop.example", Status.FIXED, Severity.LOW)
    assert page.remediation == "Escape it."


def test_components() -> None:
    *_, text, slow = reported("veracode/detailed.xml")
    path = "shop.jar#lib/commons-text-1.9.jar"
    assert text.location == Package("org.apache.commons:commons-text", "1.9", "maven", path=path, of="shop")
    assert text.location.normal == "pkg:maven/org.apache.commons/commons-text"
    assert (text.cves, text.cvss, text.cwes) == (("CVE-2022-42889",), (Cvss("3.1", "", 9.8),), (94,))
    assert (slow.aliases, slow.cvss, slow.status) == (("SRCCLR-SID-1",), (), Status.ACCEPTED)


def test_findings_of_the_api() -> None:
    query, page, text = reported("veracode/findings.json")
    assert query.location == Code("com/shop/Database.java", 49, symbol="com.shop.Database.find")
    assert (query.check, query.severity, query.tool_severity) == ("CWE-89", Severity.HIGH, "4")
    assert query.description == "It takes a text made of input. Bind values."
    assert query.seen_at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert page.location.normal == "https://shop.example/search?q"
    assert (page.status, page.status_reason, page.severity) == (
        Status.FALSE_POSITIVE,
        "FP: it is escaped",
        Severity.INFO,
    )
    assert text.location.asset == "shop.jar#lib/commons-text-1.9.jar"
    assert text.cvss == (Cvss("3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),)
    assert (text.cves, text.cwes, text.status) == (("CVE-2022-42889",), (94,), Status.FIXED)


@of_real_files
@pytest.mark.parametrize(
    "name",
    [
        "many_findings_different_hash_code_different_unique_id.xml",
        "many_findings_same_unique_id_different_hash_code.xml",
    ],
)
def test_real_files_are_read(name: str) -> None:
    assert [one.check for one in reported(f"real/veracode/{name}")] == [
        "CWE-123",
        "CWE-456",
        "CVE-1234-1234",
        "CVE-5678-5678",
    ]


@of_real_files
@pytest.mark.parametrize("name", ["dynamic_embedded_format.json", "dynamic_findings_list_format.json"])
def test_real_findings_are_read(name: str) -> None:
    found = reported(f"real/veracode/{name}")
    assert [one.check for one in found] == ["CWE-74", "CWE-829", "CWE-16", "CWE-757", "CWE-757"]
    assert found[-1].status is Status.ACCEPTED
