"""How the bytes of a file come in, and whose it is."""

from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.core.findings.attachments.domain import (
    PIECE,
    UPLOAD,
    Attachment,
    State,
    begin,
    complete,
    declare,
    piece_number,
    receive,
    require_ready,
    require_removable,
)
from services.mesh import identifiers
from services.mesh.errors import Failure, Reason

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ANN, BEN = (f"accounts/{identifiers.new()}" for _ in range(2))
HASH = "ab" * 32


def begun(size: int = 10, used: int = 0, quota: int = 1 << 30) -> Attachment:
    declared = declare("a.png", "image/png", size, HASH)
    return begin(identifiers.new(), declared, ANN, NOW, identifiers.new, used=used, quota=quota)


def refusal(file: Attachment, offset: int, size: int, caller: str = ANN) -> Reason:
    with pytest.raises(Failure) as caught:
        piece_number(file, offset, size, caller)
    return caught.value.reason


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("login.png", "login.png"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\x.exe", "C__x.exe"),
        ("a\u202egnp.exe", "a_gnp.exe"),
        ('a";\r\nx: y', "a_;__x_ y"),
        ("  naïve ✓ .txt ", "naïve ✓ .txt"),
    ],
)
def test_a_name_fits_any_file_system(given_name: str, kept: str) -> None:
    assert declare(given_name, "", 1, HASH).file_name == kept


@given(st.text(min_size=1, max_size=200))
def test_no_name_leads_anywhere(name: str) -> None:
    try:
        kept = declare(name, "", 1, HASH).file_name
    except Failure:
        assume(False)
    assert not set(kept) & set('/\\"\r\n\0')
    assert kept not in {".", ".."}


def test_a_quota_counts_what_is_awaited() -> None:
    assert begun(10, used=90, quota=100).expires_at == NOW + UPLOAD
    with pytest.raises(Failure) as caught:
        begun(11, used=90, quota=100)
    assert caught.value.reason is Reason.QUOTA_EXCEEDED
    assert "10 are left" in str(caught.value)


@given(st.integers(1, 4 * PIECE))
def test_pieces_come_in_order_until_none_is_missing(size: int) -> None:
    file, number = begun(size), 0
    while file.missing:
        offset, wanted = file.received, min(PIECE, file.missing)
        assert piece_number(file, offset, wanted, ANN) == number
        file, number = receive(file, wanted), number + 1
    assert number == -(-size // PIECE)
    done = complete(file, HASH)
    assert (done.state, done.expires_at) == (State.READY, None)
    require_ready(done)


def test_what_is_there_already_changes_nothing() -> None:
    file = receive(begun(2 * PIECE), PIECE)
    assert piece_number(file, 0, PIECE, ANN) is None
    done = complete(receive(file, PIECE), HASH)
    assert piece_number(done, PIECE, PIECE, ANN) is None


def test_gaps_overlaps_and_strangers_are_refused() -> None:
    file = receive(begun(2 * PIECE + 5), PIECE)
    for offset, size in ((2 * PIECE, 5), (PIECE + 1, PIECE), (PIECE, PIECE - 1), (PIECE, PIECE + 1), (3 * PIECE, 1)):
        assert refusal(file, offset, size) is Reason.INVALID_FIELD
    assert refusal(file, PIECE, PIECE, BEN) is Reason.PERMISSION_DENIED
    done = complete(receive(receive(file, PIECE), 5), HASH)
    assert refusal(done, 2 * PIECE, 6) is Reason.ILLEGAL_TRANSITION


def test_other_bytes_than_said_are_refused() -> None:
    with pytest.raises(Failure) as caught:
        complete(receive(begun(), 10), "cd" * 32)
    assert caught.value.reason is Reason.INVALID_FIELD


def test_what_is_not_whole_is_not_read() -> None:
    with pytest.raises(Failure) as caught:
        require_ready(receive(begun(10), 3))
    assert "7 bytes" in str(caught.value)


def test_who_added_a_file_and_who_moderates_remove_it() -> None:
    require_removable(begun(), ANN, moderates=False)
    require_removable(begun(), BEN, moderates=True)
    with pytest.raises(Failure):
        require_removable(begun(), BEN, moderates=False)
