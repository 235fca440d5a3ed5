"""Codes that people type: random, in groups, and read however they are typed."""

import base64
import hashlib
import secrets

_BYTES = 15
_GROUP = 4


def new() -> str:
    """Returns a code of 120 random bits, such as `k7dm-2xqa-pz5t-w3hb-7gnc-dq4y`."""
    text = base64.b32encode(secrets.token_bytes(_BYTES)).decode().lower()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def plain(code: str) -> str:
    """Returns a code without what doesn't matter: case, spaces and hyphens."""
    return "".join(code.lower().replace("-", "").split())


def digest(code: str) -> bytes:
    """Returns what is stored of a code, its SHA-256: it has entropy enough to need no salt."""
    return hashlib.sha256(plain(code).encode()).digest()
