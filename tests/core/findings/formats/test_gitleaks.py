"""gitleaks' reports."""

from datetime import UTC, datetime

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Code
from tests.core.findings.formats.files import of_real_files, reported


def test_a_report_of_version_8() -> None:
    key, token, pin = reported("gitleaks/version8.json")
    assert key.check == "aws-access-token"
    assert key.location == Code("deploy/main.tf", 7, 7, "secret-be1")
    assert (key.evidence, key.severity) == ("AKIA… (20 characters)", Severity.SEVERITY_UNSPECIFIED)
    assert key.references == ("https://git.example/shop/blob/1f0c1a2b/deploy/main.tf#L7",)
    assert key.seen_at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert key.tool_id.endswith(":deploy/main.tf:aws-access-token:7")
    assert (token.title, token.evidence) == ("generic-api-key", "tok… (14 characters)")
    assert pin.evidence == "1… (4 characters)"
    assert token.location.normal != pin.location.normal


def test_a_report_of_version_7_names_a_secret_alike() -> None:
    (token,) = reported("gitleaks/version7.json")
    assert token.location == Code(".bashrc", 5, 0, "secret-38a", "https://git.example/shop.git")
    assert token.evidence == reported("gitleaks/version8.json")[1].evidence
    assert "Jane Doe <jane@shop.example>" in token.description


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"), [("data_many.json", 2), ("gitleaks8_many.json", 4), ("version_7.5.0.json", 8)]
)
def test_real_files_are_read(name: str, count: int) -> None:
    """Two files have more than the count beside them: another importer drops what is in one place of two commits."""
    assert len(reported(f"real/gitleaks/{name}")) == count
