"""CycloneDX's vulnerabilities."""

from datetime import UTC, datetime

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Package
from services.core.findings.formats.kernel.model import Status, Tool
from tests.core.findings.formats.files import of_real_files, reported


@pytest.mark.parametrize("name", ["cyclonedx/bom.json", "cyclonedx/bom.xml"])
def test_each_affected_component_is_one_in_both_files(name: str) -> None:
    outer, inner, harmless = reported(name)
    assert outer.tool == Tool("depscan", "6.0")
    assert (outer.check, outer.aliases) == ("CVE-2026-1111", ("GHSA-xxxx-yyyy-zzzz",))
    assert (outer.location.normal, outer.asset) == ("pkg:maven/org.x/y", "shop:1.4")
    assert [(one.version, one.score) for one in outer.cvss] == [("3.1", 9.8), ("2.0", 7.5)]
    assert (outer.cwes, outer.remediation, outer.tool_severity) == ((502,), "Update to 2.1.", "critical")
    assert outer.references == ("https://nvd.nist.gov/vuln/detail/CVE-2026-1111", "https://vendor.example/1")
    assert outer.seen_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert inner.location == Package("z", "1", of="shop:1.4")
    assert (harmless.location, harmless.status) == (inner.location, Status.FALSE_POSITIVE)
    assert "Never called." in harmless.status_reason


def test_the_extension_of_old_versions() -> None:
    (jackson,) = reported("cyclonedx/extension.xml")
    assert (jackson.check, jackson.cwes, jackson.severity) == ("CVE-2018-7489", (184,), Severity.CRITICAL)
    assert jackson.location.normal == "pkg:maven/com.fasterxml.jackson.core/jackson-databind"
    assert jackson.cvss[0].score == 9.8


@of_real_files
def test_a_real_bill_without_vulnerabilities() -> None:
    assert reported("real/cyclonedx/cyclonedx_bom.xml") == []
