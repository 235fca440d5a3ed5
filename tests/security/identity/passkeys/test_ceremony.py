"""What a browser answers, verified: real signatures, and everything that can be wrong with them."""

import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from webauthn.helpers import bytes_to_base64url

from services.security.identity.domain import Account
from services.security.identity.passkeys import ceremony
from services.security.identity.passkeys.domain import Credential
from tests.security.identity.authenticator import (
    BACKED_UP,
    BACKUP_ELIGIBLE,
    USER_VERIFIED,
    Authenticator,
)
from tests.security.identity.plane import PARTY

ACCOUNT = Account(uuid4(), "ada@example.org", "Ada", "", datetime.now(UTC))
NONCE = secrets.token_bytes(32)


def created(device: Authenticator, nonce: bytes = NONCE) -> str:
    return device.create(json.loads(PARTY.creation_options(ACCOUNT, nonce, ())))


def got(device: Authenticator, nonce: bytes = NONCE) -> str:
    return device.get(json.loads(PARTY.request_options(nonce)))


def registered(device: Authenticator) -> Credential:
    credential = PARTY.registered(created(device), NONCE)
    assert credential
    return credential


def test_browsers_are_asked_for_what_signs_in_alone() -> None:
    existing = registered(Authenticator())
    options = json.loads(PARTY.creation_options(ACCOUNT, NONCE, [existing]))
    assert options["challenge"] == bytes_to_base64url(NONCE)
    assert options["rp"] == {"id": "localhost", "name": "XORB"}
    assert options["user"]["id"] == bytes_to_base64url(ACCOUNT.id.bytes)
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert [one["id"] for one in options["excludeCredentials"]] == [bytes_to_base64url(existing.id)]
    alone, second = json.loads(PARTY.request_options(NONCE)), json.loads(PARTY.request_options(NONCE, [existing]))
    assert (alone["userVerification"], second["userVerification"]) == ("required", "preferred")
    assert (alone["allowCredentials"], len(second["allowCredentials"])) == ([], 1)


@pytest.mark.parametrize(("more", "synced"), [(0, False), (BACKUP_ELIGIBLE, True), (BACKUP_ELIGIBLE | BACKED_UP, True)])
def test_a_passkey_is_registered_and_used(more: int, synced: bool) -> None:
    device = Authenticator(flags=USER_VERIFIED | more)
    credential = registered(device)
    assert credential == Credential(device.id, credential.public_key, 0, ("internal",), synced)
    answer = got(device)
    assert ceremony.claim(answer) == ceremony.Claim(device.id, ACCOUNT.id.bytes)
    assert PARTY.sign_count(answer, NONCE, credential, user_verified=True) == 1


def _origin(device: Authenticator) -> None:
    device.origin = "https://evil.example"


def _lookalike(device: Authenticator) -> None:
    device.origin = "http://localhost:8000.evil.example"


def _party(device: Authenticator) -> None:
    device.rp_id = "evil.example"


def _unverified(device: Authenticator) -> None:
    device.flags = 0


def _framed(device: Authenticator) -> None:
    device.cross_origin = True


FAULTS = [_origin, _lookalike, _party, _unverified, _framed]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_registration_for_elsewhere_is_refused(fault: Callable[[Authenticator], None]) -> None:
    device = Authenticator()
    fault(device)
    assert PARTY.registered(created(device), NONCE) is None


@pytest.mark.parametrize("fault", FAULTS)
def test_an_answer_for_elsewhere_is_refused(fault: Callable[[Authenticator], None]) -> None:
    device = Authenticator()
    credential = registered(device)
    fault(device)
    assert PARTY.sign_count(got(device), NONCE, credential, user_verified=True) is None


def test_as_a_second_factor_the_user_need_not_be_verified() -> None:
    device = Authenticator()
    credential = registered(device)
    device.flags = 0
    assert PARTY.sign_count(got(device), NONCE, credential, user_verified=False) == 1


def test_another_challenge_is_refused() -> None:
    device = Authenticator()
    credential, other = registered(device), secrets.token_bytes(32)
    assert PARTY.registered(created(device), other) is None
    assert PARTY.sign_count(got(device), other, credential, user_verified=True) is None


def test_another_key_is_refused() -> None:
    device, other = Authenticator(), Authenticator()
    credential = registered(device)
    other.id = device.id
    assert PARTY.sign_count(got(other), NONCE, credential, user_verified=True) is None


def test_a_registration_is_no_sign_in_and_the_other_way_round() -> None:
    device = Authenticator()
    credential = registered(device)
    assert PARTY.sign_count(created(device), NONCE, credential, user_verified=True) is None
    assert PARTY.registered(got(device), NONCE) is None


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@settings(max_examples=25, deadline=None)
@given(answer=st.text() | _JSON.map(json.dumps), part=st.sampled_from(["clientDataJSON", "attestationObject", "id"]))
def test_a_strangers_bytes_break_nothing(answer: str, part: str) -> None:
    device = Authenticator()
    credential, changed = registered(device), json.loads(created(device))
    changed["response"][part] = bytes_to_base64url(answer.encode("utf-8", "replace"))
    for text in (answer, json.dumps(changed), "[" * 30_000):
        assert PARTY.registered(text, NONCE) is None or part == "id"
        assert PARTY.sign_count(text, NONCE, credential, user_verified=True) is None
        ceremony.claim(text)
