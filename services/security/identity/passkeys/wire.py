"""Passkeys on the wire."""

from xorb.security.v1 import passkey_pb2

from services.mesh import names
from services.security.identity.passkeys.domain import Passkey


def passkey(value: Passkey) -> passkey_pb2.Passkey:
    """Returns a passkey's message; nothing of its key."""
    return passkey_pb2.Passkey(
        name=names.join("accounts", value.account, "passkeys", value.id),
        display_name=value.display_name,
        create_time=value.created_at,
        use_time=value.used_at,
        synced=value.credential.synced,
    )
