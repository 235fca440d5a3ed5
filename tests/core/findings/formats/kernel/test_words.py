"""Words of tools."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.model import Cvss
from services.core.findings.formats.kernel.texts import joined, plain
from services.core.findings.formats.kernel.words import cves, cvss, cwes, instant, links, severity

VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
VECTOR_2 = "AV:N/AC:L/Au:N/C:P/I:P/A:P"


def test_severities() -> None:
    assert severity(" HIGH ") is Severity.HIGH
    assert severity("odd") is Severity.SEVERITY_UNSPECIFIED
    assert severity("odd", (Cvss("3.1", score=9.1),)) is Severity.CRITICAL
    assert severity("note", others={"note": Severity.INFO}) is Severity.INFO


def test_identifiers() -> None:
    assert cves("see cve-2021-44228, CVE-2021-44228 and CVE-2020-1", "CVE-2019-0001") == (
        "CVE-2021-44228",
        "CVE-2019-0001",
    )
    assert cwes("CWE-79", "89", "cwe-79 cwe:20 CWE_22", "NVD-CWE-noinfo", "0", "-1") == (79, 89, 20, 22)
    assert links("at (https://a.example/x), http://b.example.") == ("https://a.example/x", "http://b.example")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (cvss(VECTOR, 9.8, "nvd"), Cvss("3.1", VECTOR, 9.8, "nvd")),
        (cvss(f"{VECTOR}/E:P/", 11.0), Cvss("3.1", f"{VECTOR}/E:P", None)),
        (cvss(f"CVSS2#{VECTOR_2}"), Cvss("2.0", VECTOR_2)),
        (cvss(f"({VECTOR_2})", 7.5), Cvss("2.0", VECTOR_2, 7.5)),
        (cvss(VECTOR.partition("/")[2], version="3"), Cvss("3.1", VECTOR)),
        (cvss("", 5.0, version="2"), Cvss("2.0", "", 5.0)),
    ],
)
def test_scores(found: tuple[Cvss, ...], expected: Cvss) -> None:
    assert found == (expected,)


def test_no_score() -> None:
    assert cvss("none") == cvss("", 3.0) == cvss("", float("nan"), version="3") == ()


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T10:00:00Z",
        "2026-03-01T11:00:00.000000000+01:00",
        "2026-03-01 10:00:00",
        "1772359200",
        "1772359200000",
        "Sun, 1 Mar 2026 10:00:00",
        "Sun, 01 Mar 2026 11:00:00 +0100",
    ],
)
def test_times(text: str) -> None:
    assert instant(text) == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_times_of_a_tools_own_form() -> None:
    assert instant("Mar 1 2026 10h", "%b %d %Y %Hh") == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert instant("soon") is None


@given(st.text(max_size=30))
def test_any_text_is_borne(text: str) -> None:
    found = instant(text)
    assert found is None or found.tzinfo is UTC
    assert isinstance(plain(text), str)
    cvss(text)
    cwes(text)


def test_markup() -> None:
    assert plain("<p>One &amp; <b>two</b></p><p>a &lt; b<br/>c</p>") == "One & two\n\na < b\nc"
    assert joined(" a ", "", "b") == "a\n\nb"


@pytest.mark.parametrize("piece", [" ", "\n", "\n ", "<", "<!--", "<a", "< ", "&", "<a <"])
def test_text_made_to_take_long_does_not(piece: str) -> None:
    start = time.process_time()
    plain(piece * 100_000)
    assert time.process_time() - start < 1
