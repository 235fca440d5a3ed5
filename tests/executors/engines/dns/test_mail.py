"""SPF and DMARC records judged."""

import pytest

from services.executors.engines.dns.mail import judge_dmarc, judge_spf


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["v=spf1 include:mail.example -all"], []),
        (["other", "v=spf1 mx ~all"], []),
        (["V=SPF1 redirect=mail.example"], []),
        ([], ["missing-spf"]),
        (["v=spf10 -all", "spf2.0/pra -all"], ["missing-spf"]),
        (["v=spf1 -all", "v=spf1 mx -all"], ["multiple-spf"]),
        (["v=spf1 +all"], ["permissive-spf"]),
        (["v=spf1 all"], ["permissive-spf"]),
        (["v=spf1 mx ?all"], ["permissive-spf"]),
        (["v=spf1"], ["permissive-spf"]),
    ],
)
def test_spf(texts: list[str], expected: list[str]) -> None:
    assert [check for check, _ in judge_spf(texts)] == expected


@pytest.mark.parametrize(
    ("own", "inherited", "expected"),
    [
        (["v=DMARC1; p=reject"], [], []),
        (["v=DMARC1;p=quarantine; pct=50"], [], []),
        (["v=DMARC1; p=none; rua=mailto:a@b.example"], [], ["weak-dmarc"]),
        (["v=DMARC1; rua=mailto:a@b.example"], [], ["weak-dmarc"]),
        ([], [], ["missing-dmarc"]),
        (["v=DMARC1; p=reject", "v=DMARC1; p=none"], [], ["missing-dmarc"]),
        (["v=DMARC12; p=reject"], [], ["missing-dmarc"]),
        ([], ["v=DMARC1; p=none; sp=reject"], []),
        ([], ["v=DMARC1; p=reject; sp=none"], ["weak-dmarc"]),
        ([], ["v=DMARC1; p=reject"], []),
    ],
)
def test_dmarc(own: list[str], inherited: list[str], expected: list[str]) -> None:
    assert [check for check, _ in judge_dmarc(own, inherited)] == expected
