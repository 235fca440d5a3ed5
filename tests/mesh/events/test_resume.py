import secrets
from datetime import UTC, datetime

import pytest

from services.mesh import identifiers
from services.mesh.errors import Failure, Reason
from services.mesh.events.model import Position
from services.mesh.events.resume import Bookmark, ResumeTokens
from services.mesh.signing import Signer

BOOKMARK = Bookmark(Position(2**63 + 1, 2**62 + 3), datetime(2026, 11, 23, 1, 2, 3, 456789, tzinfo=UTC))
SIGNER = Signer(secrets.token_hex())
ORGANIZATION = identifiers.new()
TOKENS = ResumeTokens(SIGNER, ORGANIZATION, "/x/Watch organizations/a")


def test_a_token_brings_its_bookmark_back() -> None:
    token = TOKENS.issue(BOOKMARK)
    assert TOKENS.open(token) == BOOKMARK
    assert len(token) < 100


@pytest.mark.parametrize(
    "other",
    [
        ResumeTokens(SIGNER, identifiers.new(), TOKENS.watch),
        ResumeTokens(SIGNER, ORGANIZATION, "/x/Watch organizations/b"),
        ResumeTokens(SIGNER, ORGANIZATION, "/x/WatchOther organizations/a"),
        ResumeTokens(Signer(secrets.token_hex()), ORGANIZATION, TOKENS.watch),
    ],
)
def test_a_token_of_another_watch_is_refused(other: ResumeTokens) -> None:
    with pytest.raises(Failure) as caught:
        TOKENS.open(other.issue(BOOKMARK))
    assert caught.value.reason is Reason.INVALID_RESUME_TOKEN


@pytest.mark.parametrize(
    "token", ["x", "é", "AAAA", TOKENS.issue(BOOKMARK)[:-1], SIGNER.sign(b"short", TOKENS._purpose)]
)
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(Failure) as caught:
        TOKENS.open(token)
    assert caught.value.reason is Reason.INVALID_RESUME_TOKEN
