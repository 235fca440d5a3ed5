"""Which version of a key signs and which verify, as time passes."""

from datetime import UTC, datetime, timedelta

from services.mesh import key_versions
from services.mesh.public_key import PublicKey

BEGINNING = datetime(2026, 5, 1, tzinfo=UTC)
LEAD = timedelta(minutes=3)


def at(minutes: float) -> datetime:
    """A moment after the beginning."""
    return BEGINNING + timedelta(minutes=minutes)


def versions(*made: float) -> list[PublicKey]:
    """Versions made so many minutes after the beginning, the newest first."""
    return [PublicKey(number, b"", at(minutes)) for number, minutes in enumerate(made, 1)][::-1]


def published(now: float, *made: float) -> list[int]:
    """The versions that verify, the one that signs first."""
    return [key.version for key in key_versions.published(versions(*made), at(now), LEAD)]


def test_the_first_version_signs_at_once() -> None:
    assert published(0, 0) == [1]


def test_a_new_version_is_published_before_it_signs() -> None:
    assert published(100, 0, 100) == [1, 2]
    assert published(102.9, 0, 100) == [1, 2]
    assert published(103, 0, 100) == [2, 1]


def test_the_version_before_stays() -> None:
    assert published(10_000, 0, 100) == [2, 1]


def test_versions_stay_while_their_tokens_may_be_valid() -> None:
    assert published(106, 0, 100, 103) == [3, 2, 1]
    assert published(113.9, 0, 100, 103) == [3, 2, 1]
    assert published(114, 0, 100, 103) == [3, 2]


def test_versions_that_wait_are_published_whatever_their_number() -> None:
    assert published(50, 0, 49, 49.5) == [1, 3, 2]
