"""Signed tokens come back as they were made, or not at all."""

import base64
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mesh.signing import Signer

SIGNER = Signer(secrets.token_urlsafe())


@given(st.binary(max_size=200), st.text(max_size=30))
def test_opens_what_it_signed(payload: bytes, purpose: str) -> None:
    assert SIGNER.open(SIGNER.sign(payload, purpose), purpose) == payload


@given(st.binary(max_size=40), st.data())
def test_no_changed_character_passes(payload: bytes, data: st.DataObject) -> None:
    token = SIGNER.sign(payload, "page")
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda character: character != token[place]))
    with pytest.raises(ValueError, match="token"):
        SIGNER.open(token[:place] + other + token[place + 1 :], "page")


@given(st.text(max_size=80))
def test_no_invented_token_passes(token: str) -> None:
    with pytest.raises(ValueError, match="token"):
        SIGNER.open(token, "page")


@pytest.mark.parametrize("cut", [slice(0, -1), slice(1, None), slice(0, 10), slice(0, 0)])
def test_no_cut_token_passes(cut: slice) -> None:
    with pytest.raises(ValueError, match="token"):
        SIGNER.open(SIGNER.sign(b"payload", "page")[cut], "page")


def test_padding_and_space_make_another_token() -> None:
    token = SIGNER.sign(b"ab", "page")
    for variant in (token + "=", token + "==", token + "\n", " " + token):
        with pytest.raises(ValueError, match="token"):
            SIGNER.open(variant, "page")


def test_purposes_and_keys_are_apart() -> None:
    token = SIGNER.sign(b"payload", "page")
    with pytest.raises(ValueError, match="purpose"):
        SIGNER.open(token, "resume")
    with pytest.raises(ValueError, match="purpose"):
        Signer(secrets.token_urlsafe()).open(token, "page")


def test_no_byte_moves_between_purpose_and_payload() -> None:
    mac = base64.urlsafe_b64decode(SIGNER.sign(b"bc", "a") + "==")[:32]
    moved = base64.urlsafe_b64encode(mac + b"c").rstrip(b"=").decode()
    with pytest.raises(ValueError, match="purpose"):
        SIGNER.open(moved, "ab")


@pytest.mark.parametrize("key", ["", "short", "x" * 15])
def test_a_short_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="XORB_PAGE_TOKEN_KEY"):
        Signer(key)
