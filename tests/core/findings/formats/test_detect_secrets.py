"""detect-secrets' baseline."""

from services.core.findings.formats.kernel.locations import Code
from services.core.findings.formats.kernel.model import Status, Tool
from tests.core.findings.formats.files import of_real_files, reported


def test_a_baseline() -> None:
    verified, refuted, audited, unknown = reported("detect-secrets/baseline.json")
    assert verified.tool == Tool("detect-secrets", "1.5.0")
    assert (verified.check, verified.status) == ("AWS Access Key", Status.VERIFIED)
    assert verified.location == Code("deploy/main.tf", 7, symbol="secret-259")
    assert (refuted.status, refuted.status_reason) == (Status.FALSE_POSITIVE, "audited: no secret")
    assert (audited.status, audited.location.asset) == (Status.VERIFIED, "")
    assert audited.location.normal == "shop/settings.py#secret-3d9"
    assert unknown.status is Status.OPEN


@of_real_files
def test_a_real_file_is_read() -> None:
    found = reported("real/detect_secrets/many_findings.json")
    assert [one.status for one in found] == [Status.OPEN, Status.VERIFIED, Status.OPEN, Status.FALSE_POSITIVE]
    assert found[1].location == Code("modules_images", 156, symbol="secret-535")
