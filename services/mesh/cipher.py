"""Encryption by a Vault transit key, for what few and small secrets a service keeps: the key never leaves Vault."""

import asyncio
import base64
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import hvac
from hvac.exceptions import VaultError
from requests.exceptions import RequestException

from services.mesh.errors import Failure, Reason

FACTORS_KEY = "xorb-factors"


class Cipher(Protocol):
    """Encrypts and decrypts; what is encrypted is bound to whom it belongs to."""

    async def encrypt(self, plain: bytes, owner: bytes) -> str:
        """Returns `plain` encrypted."""

    async def decrypt(self, sealed: str, owner: bytes) -> bytes:
        """Returns what was encrypted for the same owner."""


class TransitCipher:
    """A transit key of AES-256-GCM; the owner is its associated data.

    hvac is synchronous, so each call runs in a thread.
    """

    def __init__(self, client: hvac.Client, key: str) -> None:
        self._client = client
        self._key = key

    @classmethod
    def connect(cls, address: str, token: str, key: str = FACTORS_KEY) -> "TransitCipher":
        """Returns the cipher of a transit key of the Vault at `address`."""
        return cls(hvac.Client(url=address, token=token, timeout=5), key)

    async def encrypt(self, plain: bytes, owner: bytes) -> str:
        """Returns `plain` encrypted with the key's newest version.

        Raises:
            Failure: UNAVAILABLE; Vault doesn't answer or refuses.
        """
        transit = self._client.secrets.transit
        work = partial(transit.encrypt_data, self._key, plaintext=_text(plain), associated_data=_text(owner))
        return str((await _answer(work))["ciphertext"])

    async def decrypt(self, sealed: str, owner: bytes) -> bytes:
        """Returns what was encrypted for the same owner, with whichever version of the key.

        Raises:
            Failure: UNAVAILABLE; Vault doesn't answer or refuses, also because it was encrypted for another owner.
        """
        transit = self._client.secrets.transit
        work = partial(transit.decrypt_data, self._key, ciphertext=sealed, associated_data=_text(owner))
        return base64.b64decode((await _answer(work))["plaintext"])


async def _answer(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        answer = await asyncio.to_thread(work)
    except (VaultError, RequestException) as error:
        raise Failure(Reason.UNAVAILABLE) from error
    data: dict[str, Any] = answer["data"]
    return data


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
