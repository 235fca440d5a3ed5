"""How often somebody may guess, and what recovery codes are."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.security.identity.factors import domain
from services.security.identity.factors.domain import Totp

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 30), (6, 60), (9, 480), (10, 900), (100, 900), (100_000, 900)]
)
def test_guessing_takes_ever_longer(failures: int, seconds: int) -> None:
    app = Totp(uuid4(), "", NOW, failures=failures, failed_at=NOW)
    assert app.wait(NOW) == timedelta(seconds=seconds)
    assert app.wait(NOW + timedelta(seconds=seconds)) == timedelta(0)


def test_recovery_codes_are_ten_and_read_however_they_are_typed() -> None:
    codes = domain.new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4}){5}", code) for code in codes)
    typed = f" {codes[0].upper().replace('-', ' ')} "
    assert domain.recovery_digest(typed) == domain.recovery_digest(codes[0]) != domain.recovery_digest(codes[1])
