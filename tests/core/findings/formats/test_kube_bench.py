"""kube-bench's JSON."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Resource
from tests.core.findings.formats.files import of_real_files, reported


def test_failed_checks_and_unscored_ones_but_not_what_a_person_must_look_at() -> None:
    permissions, certificates = reported("kube-bench/totals.json")
    assert (permissions.check, permissions.location) == ("1.1.1", Resource("master", "kubernetes", kind="Node"))
    assert (permissions.severity, permissions.tool_severity) == (Severity.MEDIUM, "FAIL")
    assert permissions.evidence.splitlines()[2] == "found: permissions=644"
    assert permissions.description == "CIS benchmark cis-1.8"
    assert (certificates.check, certificates.severity, certificates.tool_severity) == ("1.1.20", Severity.LOW, "WARN")


@pytest.mark.parametrize(("name", "check", "node"), [("controls", "4.2.1", "node"), ("lines", "1.2.1", "master")])
def test_older_shapes(name: str, check: str, node: str) -> None:
    (anonymous,) = reported(f"kube-bench/{name}.json")
    assert (anonymous.check, anonymous.location) == (check, Resource(node, "kubernetes", kind="Node"))
    assert anonymous.remediation.startswith("Set ")


@of_real_files
@pytest.mark.parametrize(("name", "count"), [("kube-bench-controls.json", 56), ("kube-bench-report-one-vuln.json", 1)])
def test_real_files_are_read(name: str, count: int) -> None:
    assert len(reported(f"real/kubebench/{name}")) == count
