"""What tests seal and open sensitive fields with: the real Vault, with the rights of a process."""

from collections.abc import Mapping
from pathlib import Path

from services.mesh.encryption.keyring import Keyring
from services.mesh.encryption.wrapping import OrganizationKeys


def organization_keys(environment: Mapping[str, str], role: str = "core") -> OrganizationKeys:
    """Returns organizations' keys, as far as a process's token allows."""
    token = Path(environment["XORB_HOME"], "secrets", f"vault_token_{role}").read_text(encoding="utf-8")
    return OrganizationKeys.connect(environment["XORB_VAULT_ADDRESS"], token)


def keyring(environment: Mapping[str, str], lifetime: float = 60.0) -> Keyring:
    """Returns a keyring of the core plane's."""
    return Keyring(organization_keys(environment), lifetime)
