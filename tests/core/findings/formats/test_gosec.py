"""gosec's report."""

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Code
from services.core.findings.formats.kernel.model import Status, Tool
from tests.core.findings.formats.files import entries, of_real_files, reported


def test_a_report() -> None:
    query, token, unhandled = reported("gosec/report.json")
    assert query.tool == Tool("gosec", "2.22.1")
    assert (query.check, query.severity, query.cwes) == ("G201", Severity.HIGH, (89,))
    assert query.location == Code("/src/shop/orders.go", 41, 42)
    assert (token.check, token.evidence, token.cwes) == ("G101", "", (798,))
    assert (unhandled.status, unhandled.status_reason) == (Status.SUPPRESSED, "the client is gone")
    assert query.status is Status.OPEN


def test_a_clean_report_has_nothing() -> None:
    assert reported("gosec/clean.json") == []


@of_real_files
def test_a_real_file_is_read() -> None:
    found = reported("real/gosec/many_vulns.json")
    assert len(found) == 28
    assert len(entries("real/gosec/many_vulns.json")) == len(found)
    assert (found[3].check, found[3].location) == ("G501", Code("/vagrant/go/src/govwa/user/user.go", 8))
