"""Which passwords are refused, and that no kind of character is asked for."""

import secrets

import pytest

from services.mesh.errors import Failure, Reason
from services.security.identity import guessable

ABOUT = ("ada.lovelace@analytical.example", "Ada Lovelace")


@pytest.mark.parametrize(
    "password", ["password1234", "PASSWORD1234", "correcthorsebatterystaple", "qwertyuiop12", "a" * 12, "1" * 20]
)
def test_passwords_of_breaches_are_refused(password: str) -> None:
    assert "known from breaches" in guessable.flaw(password, ABOUT)


@pytest.mark.parametrize(
    "password",
    ["Ada-Lovelace-1815", "lovelace!lovelace!", "XorbXorbXorbXorb", "Analytical-2026!", "xorb analytical lovelace 7"],
)
def test_passwords_of_words_around_the_account_are_refused(password: str) -> None:
    assert "without your name" in guessable.flaw(password, ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        "gravel teapot sunlit",
        "ваза чайник туман",
        "nubivagant-lovelace",
        "8264910375512",
        "      spaced     out",
        "🜁" * 9 + "x" * 4,
    ],
)
def test_any_characters_make_a_password(password: str) -> None:
    assert guessable.flaw(password, ABOUT) == ""


def test_random_passwords_of_every_length_pass() -> None:
    assert [flaw for length in range(9, 190) if (flaw := guessable.flaw(secrets.token_urlsafe(length), ABOUT))] == []


def test_the_refusal_names_the_field_and_not_the_password() -> None:
    with pytest.raises(Failure) as caught:
        guessable.refuse("password", "password1234", ABOUT)
    assert caught.value.reason is Reason.INVALID_FIELD
    assert [entry.field for entry in caught.value.fields] == ["password"]
    assert "password1234" not in str(caught.value)
