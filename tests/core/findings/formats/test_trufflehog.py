"""TruffleHog's results."""

from datetime import UTC, datetime

from services.core.findings.formats.kernel import redaction
from services.core.findings.formats.kernel.locations import Code
from services.core.findings.formats.kernel.model import Status
from tests.core.findings.formats.files import entries, of_real_files, reported


def test_results_of_version_3() -> None:
    key, url, private = reported("trufflehog/version3.jsonl")
    assert (key.check, key.status, key.evidence) == ("AWS", Status.VERIFIED, "AKIA… (20 characters)")
    assert key.location == Code("deploy/main.tf", 7, symbol="secret-be1", repository="https://git.example/shop.git")
    assert key.seen_at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert key.remediation == "https://howtorotate.com/docs/tutorials/aws/"
    assert (url.status, url.status_reason) == (Status.OPEN, "it could not be tried")
    assert private.asset == "shop/web:1.4"
    mark = redaction.mark("-----BEGIN SAMPLE-----\ncorrect horse\n")
    assert private.location.normal == f"/app/id_rsa#{mark}"


def test_results_of_version_2_are_one_for_each_secret() -> None:
    first, second, third = reported("trufflehog/version2.json")
    assert (first.check, first.evidence) == ("Generic Secret", "tok… (14 characters)")
    assert first.location == Code("shop/settings.py", symbol="secret-38a")
    assert second.location.normal != first.location.normal
    assert (third.check, third.seen_at) == ("RSA private key", datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@of_real_files
def test_real_files_are_read() -> None:
    """Other importers count 18 and 3: they drop what is found again in a further commit or at the same place."""
    assert len(entries("real/trufflehog/v2_many_vulns.json")) == 65
    key, *others = reported("real/trufflehog/v3_github.json")
    assert len(others) == 3
    assert (key.status, key.location.asset) == (Status.VERIFIED, "https://github.com/trufflesecurity/test_keys.git")
    assert key.seen_at == datetime(2022, 6, 16, 17, 17, 40, tzinfo=UTC)
