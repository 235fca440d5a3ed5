"""Client secrets, as they are kept: encrypted by Vault, each bound to its connection."""

from dataclasses import dataclass
from uuid import UUID

from services.mesh.cipher import Cipher

KEY = "xorb-connections"
"""The transit key (aes256-gcm96)."""


@dataclass(frozen=True, slots=True)
class Sealing:
    """Encrypts and decrypts client secrets; moved to another connection's row, a secret doesn't open."""

    cipher: Cipher

    async def seal(self, connection: UUID, secret: str) -> str:
        """Returns a secret encrypted; an empty one stays empty.

        Raises:
            Failure: UNAVAILABLE; Vault doesn't answer or refuses.
        """
        return await self.cipher.encrypt(secret.encode(), connection.bytes) if secret else ""

    async def open(self, connection: UUID, sealed: str) -> str:
        """Returns an encrypted secret in the clear.

        Raises:
            Failure: UNAVAILABLE; Vault doesn't answer, or the secret is of another connection.
        """
        return (await self.cipher.decrypt(sealed, connection.bytes)).decode() if sealed else ""
