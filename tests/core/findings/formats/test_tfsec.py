"""tfsec's JSON."""

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Code
from services.core.findings.formats.kernel.model import Status
from tests.core.findings.formats.files import of_real_files, reported


def test_failed_and_ignored_but_not_passed() -> None:
    ingress, encryption = reported("tfsec/results.json")
    assert (ingress.check, ingress.aliases) == ("aws-ec2-no-public-ingress-sgr", ("AVD-AWS-0107",))
    assert ingress.location == Code("/src/network.tf", 12, 14, "aws_security_group_rule.web")
    assert (ingress.severity, ingress.remediation) == (Severity.CRITICAL, "Allow fewer addresses")
    assert (encryption.status, encryption.severity) == (Status.SUPPRESSED, Severity.HIGH)


def test_the_three_severities_of_old_versions() -> None:
    (group,) = reported("tfsec/old.json")
    assert (group.check, group.severity, group.tool_severity) == ("AWS018", Severity.HIGH, "ERROR")
    assert group.references == ("https://tfsec.dev/docs/aws/AWS018/",)


@of_real_files
def test_a_real_file_is_read() -> None:
    """The other importer takes findings of one rule for one. A file without any says nothing that only tfsec says."""
    found = reported("real/tfsec/many_findings_current.json")
    assert len(found) == 19
    assert found[0].check == "aws-vpc-no-excessive-port-access"
    assert reported("real/tfsec/no_findings.json", "tfsec") == []
