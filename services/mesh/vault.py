"""The Vault API, as far as the mesh uses it: signing with transit keys that never leave it."""

import asyncio
import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

import hvac
from hvac.exceptions import VaultError
from requests.exceptions import RequestException

from services.mesh import key_versions
from services.mesh.errors import Failure, Reason
from services.mesh.public_key import PublicKey

ACCESS_KEY = "xorb-access"


def mesh_key(role: str) -> str:
    """Returns the transit key by which a role's process signs its own mesh tokens, and nobody else's."""
    return f"xorb-mesh-{role}"


class Transit:
    """One Ed25519 transit key and its versions (see `key_versions`).

    hvac is synchronous, so each call runs in a thread; there are few, because what it signs is cached by its users.
    """

    def __init__(self, client: hvac.Client, key: str = ACCESS_KEY, lead: timedelta = timedelta(0)) -> None:
        """Takes a Vault client, the key's name, and how long a version is published before it signs."""
        self._client = client
        self._key = key
        self._lead = lead

    @classmethod
    def connect(cls, address: str, token: str, key: str = ACCESS_KEY, lead: timedelta = timedelta(0)) -> "Transit":
        """Returns the transit key of the Vault at `address`."""
        return cls(hvac.Client(url=address, token=token, timeout=5), key, lead)

    async def sign(self, payload: bytes, version: int = 0) -> bytes:
        """Returns the Ed25519 signature of `payload`, 64 bytes, by a version of the key; 0 is the newest.

        Raises:
            Failure: UNAVAILABLE; Vault doesn't answer or refuses.
        """
        encoded = base64.b64encode(payload).decode()
        sign = partial(self._client.secrets.transit.sign_data, self._key, hash_input=encoded, key_version=version)
        try:
            answer = await asyncio.to_thread(sign)
        except (VaultError, RequestException) as error:
            raise Failure(Reason.UNAVAILABLE) from error
        return base64.b64decode(answer["data"]["signature"].rpartition(":")[2])

    async def public_keys(self) -> list[PublicKey]:
        """Returns the versions that verify, the one that signs first.

        Raises:
            Failure: UNAVAILABLE; Vault doesn't answer or refuses.
        """
        try:
            answer = await asyncio.to_thread(self._client.secrets.transit.read_key, self._key)
        except (VaultError, RequestException) as error:
            raise Failure(Reason.UNAVAILABLE) from error
        versions = answer["data"]["keys"].items()
        keys = [_public_key(int(version), key) for version, key in versions]
        newest_first = sorted(keys, key=lambda key: -key.version)
        return key_versions.published(newest_first, datetime.now(UTC), self._lead)


def _public_key(version: int, key: Mapping[str, str]) -> PublicKey:
    return PublicKey(version, base64.b64decode(key["public_key"]), datetime.fromisoformat(key["creation_time"]))
