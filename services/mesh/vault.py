"""The Vault API, as far as the mesh uses it: signing with transit keys that never leave it."""

import asyncio
import base64
from dataclasses import dataclass

import hvac
from hvac.exceptions import VaultError
from requests.exceptions import RequestException

from services.mesh.errors import Failure, Reason

ACCESS_KEY = "xorb-access"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One version of a transit key: its number and its Ed25519 public key, 32 bytes."""

    version: int
    key: bytes


class Transit:
    """One Ed25519 transit key.

    hvac is synchronous, so each call runs in a thread; there are few, because what it signs is cached by its users.
    """

    def __init__(self, client: hvac.Client, key: str = ACCESS_KEY) -> None:
        self._client = client
        self._key = key

    @classmethod
    def connect(cls, address: str, token: str) -> "Transit":
        """Returns the transit key of the Vault at `address`."""
        return cls(hvac.Client(url=address, token=token, timeout=5))

    async def sign(self, payload: bytes) -> bytes:
        """Returns the Ed25519 signature of `payload`, 64 bytes, by the key's newest version.

        Raises:
            Failure: UNAVAILABLE; Vault doesn't answer or refuses.
        """
        encoded = base64.b64encode(payload).decode()
        try:
            answer = await asyncio.to_thread(self._client.secrets.transit.sign_data, self._key, hash_input=encoded)
        except (VaultError, RequestException) as error:
            raise Failure(Reason.UNAVAILABLE) from error
        return base64.b64decode(answer["data"]["signature"].rpartition(":")[2])

    async def public_keys(self) -> list[PublicKey]:
        """Returns the key's versions, the newest first.

        Raises:
            Failure: UNAVAILABLE; Vault doesn't answer or refuses.
        """
        try:
            answer = await asyncio.to_thread(self._client.secrets.transit.read_key, self._key)
        except (VaultError, RequestException) as error:
            raise Failure(Reason.UNAVAILABLE) from error
        versions = answer["data"]["keys"].items()
        keys = [PublicKey(int(version), base64.b64decode(key["public_key"])) for version, key in versions]
        return sorted(keys, key=lambda key: -key.version)
