"""Checkov's JSON."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Code, Package
from services.core.findings.formats.kernel.model import Cvss, Status, Tool
from tests.core.findings.formats.files import entries, of_real_files, reported


def test_one_framework() -> None:
    public, key, versions = reported("checkov/single.json")
    assert public.tool == Tool("Checkov", "3.2.100")
    assert (public.check, public.aliases) == ("CKV_AWS_20", ("BC_AWS_S3_1",))
    assert public.location == Code("storage.tf", 1, 3, "aws_s3_bucket.shop")
    assert public.location.normal == "storage.tf#aws_s3_bucket.shop"
    assert public.evidence.splitlines()[1] == '  acl = "public-read"'
    assert (public.severity, public.tool_severity) == (Severity.SEVERITY_UNSPECIFIED, "")
    assert (key.severity, key.tool_severity) == (Severity.CRITICAL, "CRITICAL")
    assert (versions.status, versions.status_reason) == (Status.SUPPRESSED, "contents can be made again")


def test_many_frameworks_and_packages() -> None:
    privileged, django = reported("checkov/many.json")
    assert privileged.location == Code("deploy.yaml", 1, 30, "Deployment.shop.web")
    assert django.location == Package("django", "1.2", path="requirements.txt")
    assert (django.check, django.cves) == ("CVE-2019-19844", ("CVE-2019-19844",))
    assert django.cvss == (Cvss("3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),)
    assert django.remediation == "Upgrade to 1.11.27."


def test_a_run_without_files_is_known() -> None:
    assert entries("checkov/nothing.json") == []


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"),
    [("checkov-report-0-vuln.json", 0), ("checkov-report-many-vuln.json", 3), ("checkov-report-severity.json", 4)],
)
def test_real_files_are_read(name: str, count: int) -> None:
    assert len(reported(f"real/checkov/{name}")) == count
