"""ZAP's reports."""

from datetime import UTC, datetime

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Web
from services.core.findings.formats.kernel.model import Status, Tool
from tests.core.findings.formats.files import entries, of_real_files, reported


@pytest.mark.parametrize("name", ["zap/report.xml", "zap/report.json"])
def test_each_instance_is_one_in_both_files(name: str) -> None:
    search, login, cookie = reported(name)
    assert search.tool == Tool("ZAP", "2.16.1")
    assert (search.check, search.title, search.tool_severity) == ("40018-1", "SQL Injection", "High")
    assert search.location == Web("https://shop.example/search?q=1", "GET", "q")
    assert search.description == "SQL injection may be possible."
    assert search.references == ("https://cheatsheetseries.owasp.org/sql.html",)
    assert search.evidence == "1 AND 1=1 --\n\nerror in your SQL"
    assert search.seen_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert search.cwes == (89,)
    assert (login.location, login.severity) == (Web("https://shop.example/login", "POST", "user"), Severity.HIGH)
    assert (cookie.check, cookie.status, cookie.cwes) == ("10010", Status.FALSE_POSITIVE, ())


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("0_zap_sample.xml", 12),
        ("1_zap_sample_0_and_new_absent.xml", 12),
        ("3_zap_sampl_0_and_different_severities.xml", 12),
        ("dvwa_baseline_dojo.xml", 124),
    ],
)
def test_real_files_are_read(name: str, count: int) -> None:
    """The other importer makes one of all instances of an alert: 4, 4, 4 and 19."""
    found = entries(f"real/zap/{name}")
    assert len(found) == count
