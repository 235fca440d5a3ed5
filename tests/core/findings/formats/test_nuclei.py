"""Nuclei's results."""

from datetime import UTC, datetime

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats import registry
from services.core.findings.formats.kernel.locations import Endpoint, Web
from services.core.findings.formats.kernel.model import Cvss, Refused, Tool
from services.core.findings.formats.kernel.source import Source
from tests.core.findings.formats.files import entries, of_real_files, refused, reported


@pytest.mark.parametrize("name", ["nuclei/results.jsonl", "nuclei/export.json"])
def test_both_files_say_the_same(name: str) -> None:
    header, confluence, redis = reported(name)
    assert header.tool == Tool("Nuclei")
    assert header.check == "http-missing-security-headers:strict-transport-security"
    assert header.location == Web("https://shop.example/", "GET")
    assert header.remediation == "Send it."
    assert header.seen_at == datetime(2026, 3, 1, 9, 0, 0, 123456, UTC)
    assert confluence.cves == ("CVE-2023-22515",)
    assert confluence.cwes == (20,)
    assert confluence.cvss == (Cvss("3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),)
    assert confluence.location == Web("https://wiki.example/setup?step=1", "", "step")
    assert confluence.severity is Severity.CRITICAL
    assert (redis.severity, redis.tool_severity) == (Severity.SEVERITY_UNSPECIFIED, "unknown")
    assert redis.location == Endpoint("192.0.2.4", 6379)


def test_a_bad_line_is_refused_and_the_others_are_read() -> None:
    lines = [
        b'{"template-id": "a", "info": {}, "host": "h"}',
        b"{",
        b'{"info": {}}',
        b"[]",
        b'{"template-id": "a", "info": 3}',
    ]
    found = list(registry.read(registry.formats()["nuclei"], Source.of(b"\n".join(lines))))
    assert len(found) == len(lines)
    assert [entry.position for entry in refused(found)] == ["line 2", "line 3", "line 4", "line 5"]
    assert isinstance(found[4], Refused)
    assert found[4].reason == "info is a single value, not an object"


def test_what_did_not_match_is_not_reported() -> None:
    line = b'{"template-id": "a", "info": {}, "host": "h", "matcher-status": %s}'
    source = Source.of(line % b"false" + b"\n" + line % b"true")
    assert len(list(registry.read(registry.formats()["nuclei"], source))) == 1


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"),
    [("invalid_cwe.json", 1), ("issue_9201.json", 1), ("many_findings_new.json", 2), ("multi_cwe_fabricated.json", 1)],
)
def test_real_files_are_read(name: str, count: int) -> None:
    assert len(entries(f"real/nuclei/{name}")) == count
