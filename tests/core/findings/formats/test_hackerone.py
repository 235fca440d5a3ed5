"""HackerOne's reports."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Endpoint, Resource, Web
from services.core.findings.formats.kernel.model import Cvss, Status
from tests.core.findings.formats.files import of_real_files, reported


@pytest.mark.parametrize("name", ["reports.csv", "reports.json"])
def test_both_files_say_the_same(name: str) -> None:
    script = reported(f"hackerone/{name}")[0]
    assert (script.check, script.tool_id) == ("1001", "1001")
    assert script.title == "Script in the name of an order"
    assert script.location == Web("https://shop.example/orders")
    assert (script.severity, script.tool_severity) == (Severity.HIGH, "high")
    assert (script.status, script.cves) == (Status.VERIFIED, ("CVE-2026-12345",))
    assert script.references == ("https://hackerone.com/reports/1001", "https://tracker.example/T-9")
    assert script.seen_at is not None


def test_states_and_assets() -> None:
    _, again, keys, nothing = reported("hackerone/reports.csv")
    assert (again.location, again.status) == (Endpoint("shop.example"), Status.SUPPRESSED)
    assert again.status_reason == "duplicate of 1001"
    assert (keys.location, keys.status, keys.severity) == (
        Resource("1489537348", kind="app"),
        Status.ACCEPTED,
        Severity.INFO,
    )
    assert nothing.location == Resource("1004", "hackerone", kind="report")
    assert (nothing.status, nothing.severity) == (Status.OPEN, Severity.SEVERITY_UNSPECIFIED)


def test_the_api_gives_vector_and_weakness() -> None:
    (script,) = reported("hackerone/reports.json")
    assert script.cvss == (Cvss("3.1", "CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:H/I:L/A:N", 8.2),)
    assert script.cwes == (79,)


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("bug_bounty_many.csv", 4),
        ("bug_bounty_one.csv", 1),
        ("bug_bounty_zero.csv", 0),
        ("vuln_disclosure_main_state.json", 4),
    ],
)
def test_real_files_are_read(name: str, count: int) -> None:
    assert len(reported(f"real/h1/{name}")) == count
