"""One-time codes: those of RFC 6238, each once, with clocks that differ a little."""

import base64
from datetime import UTC, datetime

import pytest

from services.security.identity.factors import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, the last six digits."""
    now = datetime.fromtimestamp(seconds, UTC)
    assert totp.step_of(SECRET, code, now, last_step=0) == seconds // 30
    assert totp.step_of(SECRET, f"{code[:3]} {code[3:]}", now, last_step=0) == seconds // 30
    assert totp.step_of(SECRET, code[::-1] + "0", now, last_step=0) is None


@pytest.mark.parametrize(("later", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_clocks_may_differ_by_one_step(later: int, taken: bool) -> None:
    now = datetime.fromtimestamp(1111111111 + later, UTC)
    assert (totp.step_of(SECRET, "050471", now, last_step=0) is not None) == taken


def test_a_step_is_used_once_and_those_before_it_never() -> None:
    now, step = datetime.fromtimestamp(1111111111, UTC), 1111111111 // 30
    assert totp.step_of(SECRET, "050471", now, last_step=step) is None
    assert totp.step_of(SECRET, "050471", now, last_step=step + 1) is None
    assert totp.step_of(SECRET, "050471", now, last_step=step - 1) == step


@pytest.mark.parametrize("typed", ["", "0", "é50471", "0504711", "\N{ARABIC-INDIC DIGIT ZERO}50471", "050471\0"])
def test_what_is_no_code_is_wrong(typed: str) -> None:
    assert totp.step_of(SECRET, typed, datetime.fromtimestamp(1111111111, UTC), last_step=0) is None


def test_apps_are_told_all_they_need() -> None:
    told = totp.uri(SECRET, "ada@example.org")
    assert told == f"otpauth://totp/XORB:ada%40example.org?secret={SECRET}&issuer=XORB"
    assert len(base64.b32decode(totp.new_secret())) == 20
