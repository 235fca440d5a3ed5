"""Trivy's reports."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Code, Package, Resource
from services.core.findings.formats.kernel.model import Tool
from tests.core.findings.formats.files import of_real_files, reported


def test_an_image() -> None:
    ssl, pad, root, secret = reported("trivy/image.json")
    assert ssl.tool == Tool("Trivy", "0.69.1")
    assert isinstance(ssl.location, Package)
    assert (ssl.location.version, ssl.location.of, ssl.location.normal) == (
        "3.0.15",
        "shop:1.4",
        "pkg:deb/debian/libssl3",
    )
    assert [(one.source, one.version) for one in ssl.cvss] == [("nvd", "3.1"), ("nvd", "2.0"), ("redhat", "3.1")]
    assert (ssl.remediation, ssl.cves, ssl.cwes) == ("Update libssl3 to 3.0.16.", ("CVE-2025-0001",), (120,))
    assert (pad.cves, pad.aliases, pad.severity) == ((), ("GHSA-aaaa-bbbb-cccc",), Severity.SEVERITY_UNSPECIFIED)
    assert pad.location.normal == "pkg:npm/left-pad"
    assert (root.check, root.location) == ("AVD-DS-0002", Code("Dockerfile", 3, 3, repository="shop:1.4"))
    assert root.evidence == "FROM x"
    assert (secret.check, secret.cwes, secret.tool_severity) == ("aws-access-key-id", (798,), "CRITICAL")


def test_a_cluster() -> None:
    (privileges,) = reported("trivy/cluster.json")
    assert privileges.location == Resource("shop/Deployment/web", "kubernetes", "prod", kind="Deployment")
    assert privileges.asset == "kubernetes/prod"


@of_real_files
@pytest.mark.parametrize(("name", "count"), [("cvssv4_severity_source", 3), ("issue_14136", 1), ("issue_9170", 37)])
def test_real_files_are_read(name: str, count: int) -> None:
    found = reported(f"real/trivy/{name}.json")
    assert len(found) == count
    assert all(one.severity and one.tool_severity for one in found)


@of_real_files
def test_scores_of_the_severitys_source_come_first() -> None:
    first, second, third = reported("real/trivy/cvssv4_severity_source.json")
    assert [(one.cvss[0].version, one.cvss[0].source) for one in (first, second, third)] == [("4.0", "ghsa")] * 3
    assert [one.tool_severity for one in (first, second, third)] == ["MEDIUM", "LOW", "LOW"]
    assert first.aliases == ("GHSA-fpj8-gq4v-p354",)
