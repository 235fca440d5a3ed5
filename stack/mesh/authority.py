"""Certificates signed by Vault's PKI engine; the private keys are made here and never leave the machine."""

import json
import ssl
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from stack.components.pki import ROOT, SIGNER
from stack.mesh.store import Issued

_SECONDS = 10.0


class Authority(Protocol):
    """Whoever signs certificates."""

    def issue(self, role: str, spiffe_id: str) -> Issued:
        """Returns a new certificate of the identity, with a new key.

        Raises:
            OSError: it can't be reached, or refuses.
        """


@dataclass(frozen=True)
class VaultAuthority:
    """The PKI engine of a Vault.

    Args:
        address: Base URL of its API.
        token: Gives the token; it may be replaced while this runs.
        seconds: How long certificates are valid.
    """

    address: str
    token: Callable[[], str] = field(repr=False)
    seconds: int

    def issue(self, role: str, spiffe_id: str) -> Issued:
        """Returns a new certificate of the identity, with a new key.

        Raises:
            OSError: Vault can't be reached, or refuses.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
        body = {
            "csr": request.public_bytes(serialization.Encoding.PEM).decode(),
            "uri_sans": spiffe_id,
            "ttl": f"{self.seconds}s",
        }
        signed = self._ask(f"{SIGNER}/sign/{role}", body)["data"]
        root = self._ask(f"{ROOT}/cert/ca")["data"]["certificate"].strip()
        links = [link.strip() for link in (signed["certificate"], *signed["ca_chain"])]
        return Issued(
            # The root stands in no chain: whoever verifies has it.
            chain="\n".join(link for link in links if link != root) + "\n",
            authority=f"{root}\n",
            key=key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ).decode(),
        )

    def _ask(self, path: str, body: object = None) -> dict[str, Any]:
        url = f"{self.address.rstrip('/')}/v1/{path}"
        if not url.startswith(("http://", "https://")):
            raise OSError("the address of Vault isn't a URL")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"X-Vault-Token": self.token()})  # noqa: S310 - scheme checked
        context = ssl.create_default_context() if url.startswith("https://") else None
        with urllib.request.urlopen(request, timeout=_SECONDS, context=context) as answer:  # noqa: S310 - as above
            return dict(json.loads(answer.read()))
