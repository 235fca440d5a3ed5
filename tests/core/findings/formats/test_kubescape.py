"""Kubescape's JSON."""

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Resource
from services.core.findings.formats.kernel.model import Status, Tool
from tests.core.findings.formats.files import entries, of_real_files, reported


def test_failed_controls_and_accepted_ones() -> None:
    privileged, immutable, roles, own = reported("kubescape/results.json")
    assert privileged.tool == Tool("Kubescape", "v3.0.3")
    assert privileged.location == Resource("shop/Deployment/web", "kubernetes", "shop-production", kind="Deployment")
    assert privileged.location.normal == "kubernetes/shop-production/shop/Deployment/web"
    assert (privileged.severity, privileged.tool_severity) == (Severity.HIGH, "8")
    assert privileged.evidence == "spec.template.spec.containers[0].securityContext.privileged"
    assert privileged.remediation == "spec.template.spec.containers[0].securityContext.privileged: false"
    assert (immutable.check, immutable.status, immutable.severity) == ("C-0017", Status.ACCEPTED, Severity.LOW)
    assert (roles.location.normal, roles.severity) == (
        "kubernetes/shop-production/ClusterRoleBinding/cluster-admin",
        Severity.MEDIUM,
    )
    assert (own.location.normal, own.tool_severity) == ("kubernetes/shop-production/Deployment/cart", "Low")


@of_real_files
def test_a_real_file_in_which_all_passed() -> None:
    assert entries("real/kubescape/results.json") == []
