"""When a session goes on."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from services.security.identity import domain
from services.security.identity.domain import SESSION_IDLE, SESSION_LIFETIME, Account, RefreshOutcome

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ACCOUNT = Account(uuid4(), "ada@example.com", "Ada", "", BEGAN)
SESSION = domain.begin(uuid4(), ACCOUNT, None, ["pwd"], BEGAN)
MOMENT = timedelta(microseconds=1)


def test_a_session_that_is_refreshed_in_time_goes_on_until_its_end() -> None:
    issued = BEGAN
    while (now := issued + SESSION_IDLE - MOMENT) < SESSION.expires_at:
        assert domain.outcome(SESSION, issued, None, now) is RefreshOutcome.CONTINUE
        issued = now
    assert domain.outcome(SESSION, issued, None, SESSION.expires_at - MOMENT) is RefreshOutcome.CONTINUE
    assert domain.outcome(SESSION, issued, None, SESSION.expires_at) is RefreshOutcome.REFUSE
    assert SESSION.expires_at == BEGAN + SESSION_LIFETIME


def test_a_session_that_nobody_refreshes_ends() -> None:
    assert domain.outcome(SESSION, BEGAN, None, BEGAN + SESSION_IDLE) is RefreshOutcome.REFUSE


def test_a_token_used_before_ends_it_for_everybody_however_old_it_is() -> None:
    for later in (MOMENT, SESSION_IDLE * 2):
        assert domain.outcome(SESSION, BEGAN, BEGAN, BEGAN + later) is RefreshOutcome.REVOKE_FAMILY


def test_refresh_tokens_are_random_and_found_when_they_leak() -> None:
    tokens = {domain.new_refresh_token() for _ in range(1000)}
    assert len(tokens) == 1000
    for token in tokens:
        assert token.startswith("xorb_rt_")
        assert len(token.removeprefix("xorb_rt_")) >= 43, "256 bits in base64"
        assert token.encode() not in domain.digest(token)
