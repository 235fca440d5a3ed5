"""ScoutSuite's results."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats import registry
from services.core.findings.formats.kernel.locations import Resource
from services.core.findings.formats.kernel.model import Reported, Tool
from services.core.findings.formats.kernel.source import Source
from tests.core.findings.formats.files import OURS, entries, of_real_files, reported


def test_a_rule_is_a_finding_for_each_thing() -> None:
    ssh, first, second = reported("scout-suite/results.js")
    assert ssh.tool == Tool("ScoutSuite", "5.14.0")
    assert ssh.check == "ec2-security-group-opens-SSH-port-to-all"
    assert ssh.location == Resource("ec2/vpc-1/sg-9", "aws", "111122223333", "eu-central-1", "security_groups")
    assert ssh.evidence.endswith(".ports.22.cidrs.0.CIDR")
    assert (ssh.severity, ssh.tool_severity, ssh.description) == (Severity.HIGH, "danger", "SSH was open to everybody.")
    assert (first.location.normal, second.location.normal) == ("aws/111122223333/s3/abc", "aws/111122223333/s3/def")
    assert second.severity is Severity.MEDIUM


def test_results_saved_as_json_say_the_same() -> None:
    content = (OURS / "scout-suite/results.js").read_bytes().partition(b"\n")[2]
    source = Source.of(content)
    found = list(registry.read(registry.detect(source), source))
    assert found == entries("scout-suite/results.js")


@pytest.mark.parametrize("item", ["s3.elsewhere.def.logging", "s3.buckets", "s3"])
def test_a_path_that_its_rule_does_not_give_is_the_name(item: str) -> None:
    content = (OURS / "scout-suite/results.js").read_text().replace("s3.buckets.def.logging", item)
    source = Source.of(content.encode())
    *_, last = registry.read(registry.detect(source), source)
    assert isinstance(last, Reported)
    assert last.location == Resource(item, "aws", "111122223333")


@of_real_files
def test_a_real_file_without_anything_flagged() -> None:
    assert entries("real/scout_suite/no_vuln.js") == []
