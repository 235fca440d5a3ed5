"""Checkmarx's results."""

from datetime import UTC, datetime

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats import registry
from services.core.findings.formats.kernel.locations import Code, Package
from services.core.findings.formats.kernel.model import Cvss, Refused, Status, Tool
from services.core.findings.formats.kernel.source import Source
from tests.core.findings.formats.files import OURS, entries, of_real_files, refused, reported


def test_xml_has_weaknesses_where_their_flow_ends() -> None:
    query, refuted, password = reported("checkmarx/results.xml")
    assert query.tool == Tool("Checkmarx SAST", "9.4.3")
    assert query.location == Code("src/Database.java", 49, symbol="find", repository="shop")
    assert (query.check, query.severity, query.cwes) == ("SQL_Injection", Severity.HIGH, (89,))
    assert query.evidence.startswith("src/Orders.java:38 id: Order find(")
    assert (query.status, query.status_reason) == (Status.VERIFIED, "confirmed\n\nseen by Jane")
    assert query.seen_at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert query.tool_id == "-1145061043"
    assert (refuted.status, refuted.location.normal) == (Status.FALSE_POSITIVE, "src/Orders.java")
    assert (password.evidence, password.severity) == ("src/Database.java:7 password", Severity.INFO)


def test_results_of_every_engine_of_one() -> None:
    query, root, library, image = reported("checkmarx/one.json")
    assert query.location == Code("src/Database.java", 49, symbol="find")
    assert (query.status, query.status_reason) == (Status.FALSE_POSITIVE, "not exploitable\n\nonly numbers get there")
    assert root.location == Code("Dockerfile", 1)
    assert root.evidence.startswith("Expected: The 'Dockerfile' should contain")
    assert library.location == Package("postcss-safe-parser", "7.0.39-beta.1", "npm")
    assert (library.cvss, library.cves) == ((Cvss("3.1", "", 5.3),), ("CVE-2023-44270",))
    assert (library.remediation, library.status) == ("Update it to 8.4.31.", Status.VERIFIED)
    assert (image.asset, image.cvss) == ("shop/web:1.4", ())


def test_the_report_of_one_has_the_same_weakness() -> None:
    query, log = reported("checkmarx/report.json")
    same = reported("checkmarx/one.json")[0]
    assert (query.check, query.location, query.status) == (same.check, same.location, same.status)
    assert query.tool_id == "-665784454"
    assert (log.severity, log.tool_severity, log.status_reason) == (Severity.LOW, "LOW", "")


def test_what_is_not_read_of_a_report_is_told() -> None:
    content = (OURS / "checkmarx/report.json").read_bytes().replace(b'"sca": null', b'"sca": {"packages": [{}]}')
    found = list(registry.read(registry.formats()["checkmarx"], Source.of(content)))
    assert [one.position for one in refused(found)] == ["scanResults.sca"]
    assert len(found) == 3


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("checkmarx/many_aggregated_findings.xml", 185),
        ("checkmarx/multiple_findings.xml", 3),
        ("checkmarx/multiple_findings_fabricated_internal_duplicates.json", 10),
        ("checkmarx/multiple_findings_fabricated_subset.json", 5),
        ("checkmarx_one/api_export.json", 8),
        ("checkmarx_one/checkmarx_one_format_two.json", 1),
        ("checkmarx_one/many_findings.json", 6),
        ("checkmarx_one/one-open-one-false-positive.json", 2),
    ],
)
def test_real_files_are_read(name: str, count: int) -> None:
    """Another importer takes the results of a query in one file together: 1 for 185, and 2 for 3."""
    found = entries(f"real/{name}")
    assert len(found) == count
    assert not any(isinstance(one, Refused) for one in found)
