"""Prowler's files."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats import registry
from services.core.findings.formats.kernel.locations import Resource
from services.core.findings.formats.kernel.model import Reported, Status, Tool
from services.core.findings.formats.kernel.source import Source
from tests.core.findings.formats.files import entries, of_real_files, reported

BUCKET = Resource("arn:aws:s3:::shop-images", "aws", "111122223333", "eu-central-1", "AwsS3Bucket")
FILES = ("version3.csv", "version3.json", "version3.ocsf.json", "version4.csv", "version5.ocsf.json")


@pytest.mark.parametrize("name", FILES)
def test_all_files_say_the_same_of_a_bucket(name: str) -> None:
    bucket = reported(f"prowler/{name}")[0]
    assert (bucket.check, bucket.location) == ("s3_bucket_public_access", BUCKET)
    assert bucket.tool_id == "prowler-aws-s3_bucket_public_access-111122223333-eu-central-1-shop-images"
    assert bucket.severity is Severity.CRITICAL
    assert bucket.tool_severity.lower() == "critical"
    assert bucket.evidence == "Bucket shop-images is public."
    assert bucket.remediation == "Block public access."
    assert bucket.seen_at is not None
    assert bucket.status is Status.OPEN


@pytest.mark.parametrize(
    ("name", "count", "muted"),
    [("version3.csv", 2, 1), ("version3.json", 2, 1), ("version4.csv", 3, 1), ("version5.ocsf.json", 2, 1)],
)
def test_passed_checks_are_left_out_and_muted_ones_marked(name: str, count: int, muted: int) -> None:
    found = reported(f"prowler/{name}")
    assert len(found) == count
    assert found[muted].status is Status.SUPPRESSED


def test_an_object_of_a_cluster() -> None:
    pod = reported("prowler/version4.csv")[2]
    assert pod.tool == Tool("Prowler", "5.3.0")
    assert pod.location == Resource("5f1c", "kubernetes", "shop", "shop", "KubernetesPod")


def test_what_is_about_no_resource_is_about_the_account() -> None:
    event = """[{"metadata": {"event_code": "x", "product": {"name": "Prowler"}}, "status_code": "FAIL",
        "cloud": {"provider": "gcp", "account": {"uid": "shop-1"}}}]"""
    source = Source.of(event.encode())
    (found,) = registry.read(registry.detect(source), source)
    assert isinstance(found, Reported)
    assert found.location == Resource("shop-1", "gcp", "shop-1")


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("aws_prowler_v3plus/many_vuln.json", 3),
        ("aws_prowler_v3plus/many_vuln_after_4_5_0.ocsf.json", 3),
        ("aws_prowler_v3plus/one_vuln.ocsf.json", 1),
        ("prowler/example_output_aws.csv", 2),
        ("prowler/example_output_azure.csv", 4),
        ("prowler/example_output_gcp.csv", 3),
        ("prowler/example_output_kubernetes.csv", 4),
    ],
)
def test_real_files_are_read(name: str, count: int) -> None:
    """The other importer counts manual checks, leaves out suppressed findings, and merges those of one check."""
    assert len(entries(f"real/{name}")) == count
