"""Bugcrowd's submissions."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Endpoint, Resource, Web
from services.core.findings.formats.kernel.model import Status
from tests.core.findings.formats.files import of_real_files, reported


def test_submissions() -> None:
    order, version, again = reported("bugcrowd/submissions.csv")
    assert (order.check, order.location) == ("a1", Web("https://shop.example/orders?id=7"))
    assert (order.severity, order.tool_severity, order.status) == (Severity.CRITICAL, "1", Status.VERIFIED)
    assert order.description.startswith("Broken Access Control (BAC) > Insecure Direct Object References (IDOR)\n\n#")
    assert order.references == ("https://cwe.mitre.org/data/definitions/639",)
    assert (version.severity, version.tool_severity) == (Severity.INFO, "P5")
    assert (version.status, version.location) == (Status.FALSE_POSITIVE, Resource("Shop for Android", kind="target"))
    assert (again.status, again.location) == (Status.SUPPRESSED, Endpoint("api.shop.example"))


@of_real_files
@pytest.mark.parametrize(("name", "count"), [("BugCrowd-many.csv", 5), ("BugCrowd-zero.csv", 0)])
def test_real_files_are_read(name: str, count: int) -> None:
    assert len(reported(f"real/bugcrowd/{name}")) == count
