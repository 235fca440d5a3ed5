"""SARIF of any tool."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Code, Web
from services.core.findings.formats.kernel.model import Status, Tool
from tests.core.findings.formats.files import of_real_files, reported


def test_rules_may_follow_the_results() -> None:
    sql, weak, child, dast = reported("sarif/results-first.sarif")
    assert sql.tool == Tool("CodeQL", "2.20.1")
    assert (sql.check, sql.title) == ("py/sql-injection", "SQL query built from user-controlled sources")
    assert sql.location == Code("shop/db.py", 12, 14, "shop.db.find")
    assert (sql.severity, sql.tool_severity) == (Severity.HIGH, "error (8.8)")
    assert (sql.cwes, sql.remediation) == ((89,), "Use parameters.")
    assert sql.tool_id == "primaryLocationLineHash:39fa2ee980eb94b0:1"
    assert (weak.check, weak.title, weak.cwes) == ("X2", "md5 is weak {0}", (328,))
    assert (weak.severity, weak.tool_severity, weak.location) == (Severity.LOW, "note", Code("shop/hash.py"))
    assert (weak.status, weak.status_reason) == (Status.SUPPRESSED, "a checksum")
    assert (child.check, child.title, child.status) == ("py/sql-injection/more", sql.title, Status.OPEN)
    assert (dast.location, dast.severity, dast.status) == (Web("https://shop.example/a"), Severity.INFO, Status.FIXED)


def test_code_that_may_be_a_secret_is_not_kept() -> None:
    assert [one.evidence for one in reported("sarif/secrets.sarif")] == ["", "", "", "eval(x)"]


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"), [("SuppressionTestCurrent", 4), ("appendix_k1", 0), ("appendix_k2", 1), ("appendix_k4", 1)]
)
def test_real_files_are_read(name: str, count: int) -> None:
    assert len(reported(f"real/sarif/{name}.sarif")) == count


@of_real_files
def test_the_specifications_examples() -> None:
    (small,) = reported("real/sarif/appendix_k2.sarif")
    assert small.title == 'Variable "count" was used without being initialized.'
    assert small.location == Code("src/collections/list.cpp", 15, 0, "collections::list::add")
    (large,) = reported("real/sarif/appendix_k4.sarif")
    assert (large.tool, large.status) == (Tool("CodeScanner", "2.1.0"), Status.SUPPRESSED)
    assert large.tool_severity == "error"
