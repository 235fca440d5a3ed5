"""What an API key looks like: `xorb_`, 86 digits, and a checksum of 6 digits; digits are 0-9, A-Z and a-z.

    xorb_ <organization and key: 256 bits, 43 digits> <secret: 256 random bits, 43 digits> <CRC-32: 6 digits>

Whoever looks for leaks finds it by `xorb_[0-9A-Za-z]{92}` and knows by the checksum, without asking anybody,
that it is no accident. The organization is in it, so that a key is looked up under row-level security like
everything else. The form follows what GitHub wrote of its own tokens ("Behind GitHub's new authentication token
formats", 2021).
"""

import hashlib
import re
import secrets
import string
import zlib
from dataclasses import dataclass, field
from uuid import UUID

PREFIX = "xorb_"
PATTERN = re.compile(r"xorb_[0-9A-Za-z]{92}")

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_HALF, _CHECKSUM = 43, 6
_BITS = 256


@dataclass(frozen=True, slots=True)
class Key:
    """A key that is well-formed; whether there is such a one is another question.

    Attributes:
        organization: The organization that it says to be of.
        id: Its identifier there.
        digest: The SHA-256 of all of it, which is what is stored. A secret of 256 random bits can't be guessed, so
            it needs neither salt nor a slow hash, and every use can afford to be checked.
    """

    organization: UUID
    id: UUID
    digest: bytes = field(repr=False)


def new(organization: UUID, identifier: UUID) -> tuple[str, Key]:
    """Returns the text of a new key, to be shown once, and what is kept of it."""
    whose = _encoded(organization.int << 128 | identifier.int, _HALF)
    body = f"{PREFIX}{whose}{_encoded(secrets.randbits(_BITS), _HALF)}"
    text = body + _checksum(body)
    return text, Key(organization, identifier, _digest(text))


def parse(text: str) -> Key | None:
    """Returns the key that a text is; None for one that isn't well-formed."""
    if not PATTERN.fullmatch(text) or _checksum(text[:-_CHECKSUM]) != text[-_CHECKSUM:]:
        return None
    whose = _decoded(text[len(PREFIX) : len(PREFIX) + _HALF])
    if whose >> _BITS:
        return None
    return Key(UUID(int=whose >> 128), UUID(int=whose & (1 << 128) - 1), _digest(text))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _checksum(body: str) -> str:
    return _encoded(zlib.crc32(body.encode()), _CHECKSUM)


def _encoded(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


def _decoded(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number * len(_DIGITS) + _DIGITS.index(digit)
    return number
