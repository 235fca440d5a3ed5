"""Wapiti's reports."""

from datetime import UTC, datetime

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Web
from services.core.findings.formats.kernel.model import Tool
from tests.core.findings.formats.files import of_real_files, reported


@pytest.mark.parametrize("name", ["report.json", "report.xml"])
def test_both_files_say_the_same(name: str) -> None:
    injection, *_ = found = reported(f"wapiti/{name}")
    assert (injection.tool, injection.check) == (Tool("Wapiti", "3.2.0"), "SQL Injection")
    assert injection.location == Web("https://shop.example/items", "GET", "id")
    assert (injection.severity, injection.tool_severity, injection.cwes) == (Severity.CRITICAL, "4", (89,))
    assert injection.remediation == "Use parameters."
    assert injection.references[0] == "https://docs.example/sqli"
    assert injection.seen_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    error = next(one for one in found if one.check == "Internal Server Error")
    assert (error.location, error.severity) == (Web("https://shop.example/pay", "POST", "amount"), Severity.HIGH)


def test_kinds_of_a_page_are_told_apart_by_what_they_say() -> None:
    _, header, _, technology = reported("wapiti/report.json")
    assert (header.check, header.severity) == ("HTTP Secure Headers: X-Frame-Options is not set", Severity.LOW)
    assert (technology.title, technology.severity) == ("nginx", Severity.INFO)


def test_a_scan_that_found_nothing_is_known() -> None:
    assert reported("wapiti/clean.json") == []


@of_real_files
@pytest.mark.parametrize(("name", "count"), [("cwe.xml", 1), ("demo.xml", 8), ("juicyshop.xml", 15)])
def test_real_files_are_read(name: str, count: int) -> None:
    """The other importer counts kinds, not places; Wapiti itself writes some entries several times."""
    assert len(reported(f"real/wapiti/{name}")) == count
