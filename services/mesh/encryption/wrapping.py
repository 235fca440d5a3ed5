"""Organizations' keys in Vault's transit engine: they wrap data keys and never leave it.

One AES-256-GCM key for each organization, `org-<uuid>`. It comes into being when it first wraps; destroying it makes
everything unreadable that was ever sealed with a data key it has wrapped, wherever copies of it are.
"""

import asyncio
import base64
from collections.abc import Callable
from typing import Any
from uuid import UUID

import hvac
from hvac.exceptions import InvalidPath, VaultError
from requests.exceptions import RequestException

from services.mesh.errors import Failure, Reason

_SECONDS = 3


class OrganizationKeys:
    """The keys of all organizations; which of the calls are allowed is up to the policy of the process's token."""

    def __init__(self, client: hvac.Client) -> None:
        self._client = client

    @classmethod
    def connect(cls, address: str, token: str) -> "OrganizationKeys":
        """Returns the keys in the Vault at `address`."""
        return cls(hvac.Client(url=address, token=token, timeout=_SECONDS))

    async def wrap(self, organization: UUID, key: bytes) -> str:
        """Returns a data key wrapped by the newest version of the organization's key, such as `vault:v1:…`.

        Raises:
            Failure: UNAVAILABLE; Vault doesn't answer or refuses.
        """
        encoded = base64.b64encode(key).decode()
        transit = self._client.secrets.transit
        answer = await _asked(transit.encrypt_data, name=name(organization), plaintext=encoded)
        return str(answer["data"]["ciphertext"])

    async def unwrap(self, organization: UUID, wrapped: str) -> bytes:
        """Returns the data key that was wrapped.

        Raises:
            Failure: UNAVAILABLE; Vault doesn't answer or refuses, as it does once the organization's key is destroyed.
        """
        transit = self._client.secrets.transit
        answer = await _asked(transit.decrypt_data, name=name(organization), ciphertext=wrapped)
        return base64.b64decode(answer["data"]["plaintext"])

    async def rewrap(self, organization: UUID, wrapped: str) -> str:
        """Returns a data key wrapped by the newest version of the organization's key; nobody sees it meanwhile.

        Raises:
            Failure: UNAVAILABLE.
        """
        transit = self._client.secrets.transit
        answer = await _asked(transit.rewrap_data, name=name(organization), ciphertext=wrapped)
        return str(answer["data"]["ciphertext"])

    async def version(self, organization: UUID) -> int:
        """Returns the newest version of the organization's key; 0 where there is no key.

        Raises:
            Failure: UNAVAILABLE.
        """
        try:
            answer = await _asked(self._client.secrets.transit.read_key, name=name(organization))
        except Failure as failure:
            if isinstance(failure.__cause__, InvalidPath):
                return 0
            raise
        return int(answer["data"]["latest_version"])

    async def rotate(self, organization: UUID) -> None:
        """Adds a version to the organization's key.

        Raises:
            Failure: UNAVAILABLE.
        """
        await _asked(self._client.secrets.transit.rotate_key, name=name(organization))

    async def forget_before(self, organization: UUID, version: int) -> None:
        """Removes the key's versions before `version` for good.

        Raises:
            Failure: UNAVAILABLE.
        """
        transit, key = self._client.secrets.transit, name(organization)
        # hvac refuses both at once where they are equal, which Vault takes; and Vault refuses to decrypt from a later
        # version on than it encrypts with, so encryption goes first.
        await _asked(transit.update_key_configuration, name=key, min_encryption_version=version)
        await _asked(transit.update_key_configuration, name=key, min_decryption_version=version)
        await _asked(transit.trim_key, name=key, min_version=version)

    async def destroy(self, organization: UUID) -> None:
        """Destroys the organization's key; one that isn't there stays away.

        Raises:
            Failure: UNAVAILABLE.
        """
        if not await self.version(organization):
            return
        transit, key = self._client.secrets.transit, name(organization)
        await _asked(transit.update_key_configuration, name=key, deletion_allowed=True)
        await _asked(transit.delete_key, name=key)


def name(organization: UUID) -> str:
    """Returns the name of an organization's key in the transit engine."""
    return f"org-{organization}"


async def _asked(ask: Callable[..., Any], **arguments: object) -> Any:  # noqa: ANN401 - hvac's answers are untyped
    """Returns Vault's answer; hvac is synchronous, so it is asked in a thread."""
    try:
        return await asyncio.to_thread(ask, **arguments)
    except (VaultError, RequestException) as error:
        raise Failure(Reason.UNAVAILABLE) from error
