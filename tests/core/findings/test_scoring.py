"""Scores of published vectors: FIRST's examples (https://www.first.org/cvss/v3.1/examples) and NVD's."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.findings.domain import Severity
from services.core.findings.scoring import score

_PARTS = (
    "CVSS:3.0/",
    "CVSS:3.1/",
    "CVSS:4.0/",
    "AV:N",
    "AC:L",
    "PR:N",
    "UI:N",
    "S:U",
    "C:H",
    "I:N",
    "A:N",
    "Au:N",
    "E:X",
    "RC:ND",
)


@pytest.mark.parametrize(
    ("vector", "version", "base", "severity"),
    [
        ("AV:N/AC:L/Au:N/C:C/I:C/A:C", "2.0", 10.0, Severity.HIGH),
        ("(AV:N/AC:L/Au:N/C:P/I:N/A:N)", "2.0", 5.0, Severity.MEDIUM),
        ("AV:L/AC:H/Au:N/C:P/I:N/A:N", "2.0", 1.2, Severity.LOW),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "3.0", 9.8, Severity.CRITICAL),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "3.1", 6.1, Severity.MEDIUM),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", "3.1", 6.4, Severity.MEDIUM),
        ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", "3.1", 3.1, Severity.LOW),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "3.1", 7.5, Severity.HIGH),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "3.1", 10.0, Severity.CRITICAL),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", "3.1", 0.0, Severity.INFO),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0", 9.3, Severity.CRITICAL),
        ("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0", 7.3, Severity.HIGH),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", "4.0", 0.0, Severity.INFO),
    ],
)
def test_scores_a_vector(vector: str, version: str, base: float, severity: Severity) -> None:
    found = score(vector)
    assert (found.version, found.base, found.severity) == (version, base, severity)


@pytest.mark.parametrize(
    "vector",
    [
        "",
        "nonsense",
        "CVSS:2.0/AV:N/AC:L/Au:N/C:P/I:P/A:P",
        "CVSS:5.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N",
        "CVSS:3.1/AV:N",
        "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
        "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N\0",
        "AV:N/AC:L/Au:N/C:P/I:P",
    ],
)
def test_refuses_what_is_no_vector(vector: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        score(vector)


@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(_PARTS), max_size=12).map("/".join)))
def test_whatever_it_is_it_is_scored_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert 0.0 <= score(text).base <= 10.0
