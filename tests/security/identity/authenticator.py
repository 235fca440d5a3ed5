"""An authenticator in software: makes P-256 keys and signs with them as devices do (WebAuthn Level 3, section 6)."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

USER_PRESENT, USER_VERIFIED, BACKUP_ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
ORIGIN = "http://localhost:8000"


@dataclass
class Authenticator:
    """One device with one key.

    Attributes:
        flags: What it says of its user, besides that there is one.
        count: How often it was used; None for a device that doesn't count.
    """

    origin: str = ORIGIN
    rp_id: str = "localhost"
    flags: int = USER_VERIFIED
    count: int | None = 0
    cross_origin: bool = False
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user: bytes = b""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: dict[str, Any]) -> str:
        """RegistrationResponseJSON for PublicKeyCredentialCreationOptionsJSON; attestation `none`."""
        self.user = base64url_to_bytes(options["user"]["id"])
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + self._cose_key()
        data = self._authenticator_data(ATTESTED) + attested
        statement = {"fmt": "none", "attStmt": {}, "authData": data}
        response = {
            "clientDataJSON": self._encoded_client_data("webauthn.create", options["challenge"]),
            "attestationObject": bytes_to_base64url(cbor2.dumps(statement)),
            "transports": ["internal"],
        }
        return self._credential(response)

    def get(self, options: dict[str, Any]) -> str:
        """AuthenticationResponseJSON for PublicKeyCredentialRequestOptionsJSON."""
        if self.count is not None:
            self.count += 1
        client_data = self._encoded_client_data("webauthn.get", options["challenge"])
        data = self._authenticator_data()
        signed = data + hashlib.sha256(base64url_to_bytes(client_data)).digest()
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": bytes_to_base64url(self.user),
        }
        return self._credential(response)

    def _credential(self, response: dict[str, Any]) -> str:
        name = bytes_to_base64url(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})

    def _authenticator_data(self, more: int = 0) -> bytes:
        flags = USER_PRESENT | self.flags | more
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + (self.count or 0).to_bytes(4, "big")

    def _encoded_client_data(self, kind: str, challenge: str) -> str:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin}
        return bytes_to_base64url(json.dumps(said).encode())

    def _cose_key(self) -> bytes:
        """The public key as RFC 9053, section 7.1.1, has it: EC2, ES256, P-256."""
        public = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (public.x, public.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
