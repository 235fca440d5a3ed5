"""Acunetix's reports."""

from datetime import UTC, datetime

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Web
from services.core.findings.formats.kernel.model import Cvss, Status
from tests.core.findings.formats.files import of_real_files, reported


def test_items_of_two_scans() -> None:
    injection, form, listing = reported("acunetix/scan.xml")
    assert injection.check == "/Scripts/PerScheme/Sql_Injection.script"
    assert injection.location == Web("https://shop.example/items", "GET", "id")
    assert (injection.severity, injection.tool_severity) == (Severity.HIGH, "high")
    assert [score.version for score in injection.cvss] == ["3.1", "2.0"]
    assert (injection.cwes, injection.cves) == ((89,), ("CVE-2026-12345",))
    assert injection.description == "Input reaches a query.\n\nIt is not escaped.\n\nData can be read."
    assert injection.remediation == "Use parameters."
    assert injection.seen_at == datetime(2026, 2, 28, 6, 7, 3, tzinfo=UTC)
    assert (form.status, form.severity) == (Status.FALSE_POSITIVE, Severity.INFO)
    assert form.location == Web("https://shop.example/search")
    assert (listing.check, listing.location) == ("Directory listing", Web("https://wiki.example/files/"))


def test_360() -> None:
    injection, old = reported("acunetix/report360.json")
    assert injection.check == "ConfirmedBooleanSqlInjection"
    assert injection.location == Web("https://shop.example/items?id=7", "GET", "id")
    assert (injection.status, injection.status_reason) == (Status.VERIFIED, "Present")
    assert injection.cvss[0] == Cvss("3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0)
    assert injection.references == ("https://docs.example/sqli",)
    assert injection.seen_at == datetime(2026, 2, 25, 1, 52, tzinfo=UTC)
    assert (old.status, old.cves) == (Status.ACCEPTED, ("CVE-2021-41773",))
    assert (old.severity, old.tool_severity) == (Severity.INFO, "BestPractice")
    assert old.seen_at is None  # the second of March, or the third of February


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("acunetix/XML_http_example_co_id_.xml", 19),
        ("acunetix/acunetix360_many_findings.json", 16),
        ("acunetix/acunetix360_one_finding.json", 1),
        ("acunetix/acunetix360_one_finding_false_positive.json", 1),
        ("invicti/invicti_many_findings.json", 16),
        ("invicti/invicti_zero_finding.json", 0),
        ("invicti/issue_9816.json", 3),
    ],
)
def test_real_files_are_read(name: str, count: int) -> None:
    """The other importer takes items of one name together."""
    assert len(reported(f"real/{name}")) == count
