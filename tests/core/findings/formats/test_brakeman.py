"""Brakeman's report."""

from datetime import UTC, datetime

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Code
from services.core.findings.formats.kernel.model import Status, Tool
from tests.core.findings.formats.files import of_real_files, reported


def test_a_report() -> None:
    query, password, ignored = reported("brakeman/report.json")
    assert query.tool == Tool("Brakeman", "7.0.0")
    assert (query.check, query.severity, query.tool_severity) == ("BRAKE0000", Severity.HIGH, "High")
    assert query.location == Code("app/controllers/orders_controller.rb", 14, symbol="OrdersController#show")
    assert query.location.normal == "app/controllers/orders_controller.rb#OrdersController#show"
    assert query.tool_id == "b5ae54b5c4b8e3e1d5c0f2c9"
    assert query.seen_at == datetime(2026, 3, 1, 9, 0, 2, tzinfo=UTC)
    assert (password.evidence, password.cwes, password.severity) == ("", (259,), Severity.LOW)
    assert (ignored.status, ignored.status_reason) == (Status.SUPPRESSED, "patched by hand")
    assert ignored.cves == ("CVE-2012-3464",)


@of_real_files
@pytest.mark.parametrize(("name", "count"), [("many_findings.json", 18), ("two_findings.json", 2)])
def test_real_files_are_read(name: str, count: int) -> None:
    found = reported(f"real/brakeman/{name}")
    assert len(found) == count
    assert all(one.status is Status.OPEN and one.tool_id for one in found)
