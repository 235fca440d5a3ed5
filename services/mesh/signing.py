"""Signed opaque tokens: what the server hands out now and wants back unchanged later, such as a page token.

A token is base64url without padding (RFC 4648 §5) of an HMAC-SHA256 (RFC 2104) followed by the payload. The
payload is authentic, not secret: who holds the token can read it, so it holds only what its holder may see.
"""

import base64
import binascii
import hashlib
import hmac

SHORTEST_KEY = 16
_MAC_LENGTH = hashlib.sha256().digest_size


class Signer:
    """Signs payloads with one secret; a token made for one purpose is not valid for another."""

    def __init__(self, key: str) -> None:
        """Takes the secret.

        Args:
            key: At least `SHORTEST_KEY` bytes in UTF-8, the same in every process that opens the tokens.

        Raises:
            ValueError: The key is too short to keep anyone from forging tokens.
        """
        self._key = key.encode()
        if len(self._key) < SHORTEST_KEY:
            raise ValueError(f"A signing key needs at least {SHORTEST_KEY} bytes: set XORB_PAGE_TOKEN_KEY.")

    def sign(self, payload: bytes, purpose: str) -> str:
        """Returns a token for `payload`, safe in URLs and headers; the same payload gives the same token.

        Args:
            payload: What `open` returns later.
            purpose: What the token is for, and all that it is bound to.
        """
        return base64.urlsafe_b64encode(self._mac(payload, purpose) + payload).rstrip(b"=").decode()

    def open(self, token: str, purpose: str) -> bytes:
        """Returns the payload of a token that `sign` made for the same purpose.

        Raises:
            ValueError: The token is damaged, forged, or was made for another purpose or with another key.
        """
        content = _decode(token)
        mac, payload = content[:_MAC_LENGTH], content[_MAC_LENGTH:]
        if not hmac.compare_digest(mac, self._mac(payload, purpose)):
            raise ValueError("The token is not one of ours for this purpose.")
        return payload

    def _mac(self, payload: bytes, purpose: str) -> bytes:
        # The length keeps a byte from moving between purpose and payload without changing the sum.
        context = purpose.encode()
        return hmac.digest(self._key, len(context).to_bytes(8) + context + payload, "sha256")


def _decode(token: str) -> bytes:
    try:
        raw = token.encode("ascii")
        content = base64.b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ValueError("The token is damaged.") from error
    # Base64 lets the last character's spare bits vary; one payload shall have one token.
    if base64.urlsafe_b64encode(content).rstrip(b"=") != raw:
        raise ValueError("The token is damaged.")
    return content
