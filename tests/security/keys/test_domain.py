"""What a key may grant, and for how long."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.mesh.errors import Failure, Reason
from services.security.keys import domain
from services.security.keys.domain import ApiKey, State

NOW = datetime(2026, 5, 1, tzinfo=UTC)
PEOPLES = ("api_keys.manage", "connections.manage", "organizations.transfer")
KNOWN = frozenset({"findings.read", "findings.update", *PEOPLES})


def key(**changed: object) -> ApiKey:
    """A key made now."""
    values = {"created_at": NOW, "expires_at": NOW + domain.LIFETIME, **changed}
    return ApiKey(UUID(int=1), UUID(int=2), "", ("findings.read",), "accounts/x", **values)  # type: ignore[arg-type]


def reason(caught: pytest.ExceptionInfo[Failure]) -> Reason:
    return caught.value.reason


def test_a_key_grants_what_its_creator_has() -> None:
    wanted = ["findings.update", "findings.read", "findings.read"]
    assert domain.granted(wanted, KNOWN, KNOWN) == ("findings.read", "findings.update")
    with pytest.raises(Failure) as caught:
        domain.granted(wanted, frozenset({"findings.read"}), KNOWN)
    assert reason(caught) is Reason.PERMISSION_DENIED


@pytest.mark.parametrize("permission", [*PEOPLES, "findings.*", "nonsense", ""])
def test_some_permissions_no_key_grants(permission: str) -> None:
    with pytest.raises(Failure) as caught:
        domain.granted([permission], KNOWN, KNOWN)
    assert reason(caught) is Reason.INVALID_FIELD


def test_a_key_ends() -> None:
    assert domain.end_of(None, NOW) == NOW + timedelta(days=90)
    assert domain.end_of(NOW + timedelta(days=365), NOW) == NOW + timedelta(days=365)
    for wanted in (NOW, NOW - timedelta(1), NOW + timedelta(days=367)):
        with pytest.raises(Failure) as caught:
            domain.end_of(wanted, NOW)
        assert reason(caught) is Reason.INVALID_FIELD


def test_a_key_is_ended_once() -> None:
    revoked = domain.revoke(key(), NOW)
    assert (key().state(NOW), revoked.state(NOW)) == (State.ACTIVE, State.REVOKED)
    assert key().state(NOW + domain.LIFETIME) is State.EXPIRED
    for ended in (revoked, key(expires_at=NOW)):
        with pytest.raises(Failure) as caught:
            domain.revoke(ended, NOW)
        assert reason(caught) is Reason.ILLEGAL_TRANSITION


def test_a_use_is_news_once_a_minute() -> None:
    assert key().use_is_news(NOW)
    assert not key(used_at=NOW).use_is_news(NOW + timedelta(seconds=59))
    assert key(used_at=NOW).use_is_news(NOW + timedelta(seconds=60))
