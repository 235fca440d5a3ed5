"""ID tokens, verified as OpenID Connect Core 1.0, section 3.1.3.7, says."""

import hmac
import re
import time
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey, import_key

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures with a key that the provider alone has: neither none nor a MAC, whose key both sides would know."""

_LEEWAY_SECONDS = 60
_LONGEST = 16 * 1024
_SHORTEST_RSA = 2048
# Section 2: at most 255 ASCII characters.
_SUBJECT = re.compile(r"[\x20-\x7e]{1,255}")
_KINDS = frozenset({"RSA", "EC", "OKP"})


class InvalidIdTokenError(Exception):
    """An ID token that doesn't hold; the text says why, for the log."""


def verify(token: str, keys: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str) -> Mapping[str, Any]:
    """Returns the claims of an ID token.

    Args:
        token: The token, a JWS in compact form.
        keys: The provider's JSON Web Key Set.
        issuer: The provider's issuer identifier.
        client_id: The client that the token has to be for.
        nonce: What the attempt asked to be in it.

    Raises:
        InvalidIdTokenError: It isn't for this attempt, not valid now, or not the provider's.
    """
    if len(token) > _LONGEST:
        raise InvalidIdTokenError("it is too long")
    try:
        decoded = jwt.decode(token, _usable(keys), algorithms=list(ALGORITHMS))
        _claims(issuer, client_id).validate(decoded.claims)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidIdTokenError(f"{type(error).__name__}: {error}") from error
    _require_party(decoded.claims, client_id)
    if not hmac.compare_digest(str(decoded.claims["nonce"]).encode(), nonce.encode()):
        raise InvalidIdTokenError("the nonce is another one")
    if not _SUBJECT.fullmatch(decoded.claims["sub"]):
        raise InvalidIdTokenError("its subject isn't one")
    return decoded.claims


def _claims(issuer: str, client_id: str) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        int(time.time()),
        _LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True},
    )


def _require_party(claims: Mapping[str, Any], client_id: str) -> None:
    """Checks who the token was issued to, where that isn't plain from its only audience."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", "" if several else client_id) != client_id:
        raise InvalidIdTokenError("it was issued to another party")


def _usable(keys: Mapping[str, Any]) -> KeySet:
    """Returns those of the keys that may sign: public ones, long enough; what is for something else is left out."""
    imported = [import_key(key) for key in keys["keys"] if key.get("kty") in _KINDS and key.get("use", "sig") == "sig"]
    return KeySet([key for key in imported if not isinstance(key, RSAKey) or key.raw_value.key_size >= _SHORTEST_RSA])
