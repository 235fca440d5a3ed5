"""Grype's reports."""

from datetime import UTC, datetime

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Package
from services.core.findings.formats.kernel.model import Status, Tool
from tests.core.findings.formats.files import of_real_files, reported


def test_an_image() -> None:
    django, zlib, bash = reported("grype/image.json")
    assert django.tool == Tool("Grype", "0.90.0")
    assert (django.check, django.cves) == ("GHSA-xxxx-yyyy-zzzz", ("CVE-2026-1111",))
    assert (django.aliases, django.cwes) == (("GHSA-xxxx-yyyy-zzzz",), (400,))
    assert (django.location.normal, django.asset) == ("pkg:pypi/django", "shop:1.4")
    assert (django.remediation, django.evidence) == (
        "Update Django to 4.2.1.",
        "exact-direct-match: >=4.0,<4.2.1 (python)",
    )
    assert django.seen_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert (zlib.severity, zlib.tool_severity, zlib.status_reason) == (Severity.LOW, "Negligible", "wont-fix")
    assert bash.status is Status.SUPPRESSED


@of_real_files
def test_real_files_are_read() -> None:
    (java,) = reported("real/anchore_grype/fix_not_available.json")
    assert isinstance(java.location, Package)
    # A NUL of the image's own metadata is not stored.
    assert java.location.version == "17.0.10+7-J-ms8m"
    assert (java.check, java.tool_severity, java.remediation) == ("CVE-2009-3882", "High", "")
    (net,) = reported("real/anchore_grype/anchore_grype_epss_problem.json")
    assert (net.check, net.cves) == ("GHSA-4374-p667-p6c8", ("CVE-2023-39325",))
    for name in ("check_all_fields_different_ids_fabricated", "check_all_fields_with_ids_fabricated"):
        (django,) = reported(f"real/anchore_grype/{name}.json")
        assert django.location.normal == "pkg:pypi/django"
