"""Secrets that tools found, kept so that a person knows which one is meant and nobody can use it."""

import hashlib
import re
from collections.abc import Iterable

_SHOWN = 4
_MARK = 3
_USER = re.compile(r"(?<=://)[^/\s@]{1,1000}@")
_SECRETS = frozenset({256, 259, 260, 321, 522, 540, 547, 615, 798})


def hint(secret: str) -> str:
    """Returns a secret's beginning, four characters or a quarter of it, and its length: `AKIA… (20 characters)`."""
    secret = secret.strip()
    return f"{secret[: min(_SHOWN, len(secret) // _SHOWN)]}… ({len(secret)} characters)" if secret else ""


def mark(secret: str, digest: str = "") -> str:
    """Returns what tells a secret from others in one file, the same in all reports, and too short to guess it by.

    Args:
        secret: The secret.
        digest: Its SHA-1 in hexadecimal digits, where the tool gives that instead.
    """
    # SHA-1, for detect-secrets gives nothing else; 12 bits of it leave one in 4,096 of all guesses right.
    digest = digest or hashlib.sha1(secret.strip().encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
    return f"secret-{digest[:_MARK].lower()}"


def anonymous(text: str) -> str:
    """Returns a text, such as the URL of a repository, without the user names and passwords of URLs in it."""
    return _USER.sub("", text)


def code(snippet: str, weaknesses: Iterable[int]) -> str:
    """Returns a snippet of code as evidence; nothing where one of the weaknesses, numbers of CWE, is a secret in it."""
    return "" if _SECRETS.intersection(weaknesses) else snippet
