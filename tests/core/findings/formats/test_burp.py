"""Burp Suite's issues."""

from datetime import UTC, datetime

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Web
from services.core.findings.formats.kernel.model import Status, Tool
from tests.core.findings.formats.files import of_real_files, reported


def test_issues() -> None:
    xss, frame, plain = reported("burp/issues.xml")
    assert xss.tool == Tool("Burp Suite", "2026.1")
    assert (xss.check, xss.title, xss.tool_id) == ("2097920", "Cross-site scripting (reflected)", "111")
    assert xss.location == Web("https://shop.example/search", "GET", "q")
    assert xss.description == "The value of q is copied.\n\nReflected."
    assert xss.remediation == "Encode & validate."
    assert xss.evidence == "GET /search?q=1 HTTP/1.1\n\nHTTP/1.1 200 OK"
    assert (xss.cwes, xss.severity) == ((79,), Severity.HIGH)
    assert "https://portswigger.net/xss" in xss.references
    assert xss.seen_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert frame.location == Web("https://shop.example/", "", "X-Api")
    assert (frame.severity, frame.tool_severity) == (Severity.INFO, "Information")
    assert plain.status is Status.FALSE_POSITIVE


@of_real_files
def test_real_files_are_read() -> None:
    """The other importer makes one of the three places of one type: 1."""
    assert [one.location for one in reported("real/burp/one_finding.xml")] == [
        Web("http://bwa/bodgeit/basket.jsp", "POST", "b_id"),
        Web("http://bwa/bodgeit/login.jsp", "POST", "password"),
        Web("http://bwa/bodgeit/login.jsp", "POST", "username"),
    ]
    (cached,) = reported("real/burp/one_finding_with_cwe.xml")
    assert (cached.check, cached.cwes, cached.tool_id) == ("7340288", (524, 525), "456437653765735")
