"""A sealed field opens where it was sealed, whole, with its key, and nowhere else."""

import os
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from services.mesh import identifiers
from services.mesh.encryption.envelope import KEY_BYTES, Place, SealBrokenError, seal, unseal

KEY = AESGCM(os.urandom(KEY_BYTES))
PLACE = Place(identifiers.new(), "findings.evidence", str(identifiers.new()))


@given(st.binary(max_size=2000))
def test_what_is_sealed_opens_again(plain: bytes) -> None:
    sealed = seal(KEY, PLACE, plain)
    assert len(sealed) == len(plain) + 29
    assert unseal(KEY, PLACE, sealed) == plain


def test_no_two_seals_of_the_same_are_equal() -> None:
    assert len({seal(KEY, PLACE, b"raw") for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "place",
    [
        replace(PLACE, organization=identifiers.new()),
        replace(PLACE, column="sightings.evidence"),
        replace(PLACE, row=str(identifiers.new())),
        # Were the parts only put together, a character could move from one to the next.
        replace(PLACE, column="findings.evidence" + PLACE.row[0], row=PLACE.row[1:]),
    ],
)
def test_a_seal_that_was_moved_does_not_open(place: Place) -> None:
    with pytest.raises(SealBrokenError):
        unseal(KEY, place, seal(KEY, PLACE, b"raw"))


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(SealBrokenError):
        unseal(AESGCM(os.urandom(KEY_BYTES)), PLACE, seal(KEY, PLACE, b"raw"))


@given(st.integers(0, 31), st.integers(1, 255))
def test_a_changed_byte_breaks_it(at: int, by: int) -> None:
    sealed = bytearray(seal(KEY, PLACE, b"raw"))
    sealed[at] ^= by
    with pytest.raises(SealBrokenError):
        unseal(KEY, PLACE, bytes(sealed))


@pytest.mark.parametrize("length", [0, 1, 28])
def test_what_is_too_short_is_no_seal(length: int) -> None:
    with pytest.raises(SealBrokenError):
        unseal(KEY, PLACE, seal(KEY, PLACE, b"")[:length])
