"""One sealed field: AES-256-GCM (NIST SP 800-38D), bound to its organization, its column and its row.

The format, by its first byte: 1 is followed by a random nonce of 12 bytes, the ciphertext, and the tag of 16 bytes.
What a field is bound to isn't in it: a field that was moved to another row, column or organization doesn't open.
"""

import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
KEY_BYTES = 32
_NONCE_BYTES = 12
_OVERHEAD = 1 + _NONCE_BYTES + 16


class SealBrokenError(Exception):
    """A sealed field isn't what was sealed in this place, or not with this key. Nothing of it is shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field is.

    Attributes:
        organization: Whose it is.
        column: Table and column, such as `findings.evidence`.
        row: What identifies the row in its table.
    """

    organization: UUID
    column: str
    row: str

    def associated_data(self, version: int) -> bytes:
        """Returns what the tag vouches for besides the field. Columns' names hold no NUL, so no two places agree."""
        return b"\0".join((bytes([version]) + self.organization.bytes + self.column.encode(), self.row.encode()))


def seal(key: AESGCM, place: Place, plain: bytes) -> bytes:
    """Returns `plain` sealed for a place; 29 bytes longer."""
    nonce = os.urandom(_NONCE_BYTES)
    return bytes([VERSION]) + nonce + key.encrypt(nonce, plain, place.associated_data(VERSION))


def unseal(key: AESGCM, place: Place, sealed: bytes) -> bytes:
    """Returns what was sealed for a place.

    Raises:
        SealBrokenError: It wasn't sealed for this place with this key, or not by this format.
    """
    if len(sealed) < _OVERHEAD or sealed[0] != VERSION:
        raise SealBrokenError(f"{place.column} of {place.row} has an unknown format")
    nonce, content = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return key.decrypt(nonce, content, place.associated_data(VERSION))
    except InvalidTag as error:
        raise SealBrokenError(f"{place.column} of {place.row} doesn't open") from error
