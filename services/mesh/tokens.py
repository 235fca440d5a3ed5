"""Tokens of accounts and of services: JWTs (RFC 7519) signed with EdDSA by a Vault transit key."""

import asyncio
import base64
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.mesh import calls, identifiers, names
from services.mesh.calls import Caller
from services.mesh.errors import Failure, Reason
from services.mesh.vault import PublicKey

ISSUER = "xorb"
ACCOUNT_AUDIENCE = "xorb-api"
MESH_AUDIENCE = "xorb-mesh"
_TYPES = {ACCOUNT_AUDIENCE: "at+jwt", MESH_AUDIENCE: "mesh+jwt"}
_SERVICE_LIFETIME = timedelta(minutes=5)
_CACHE_SIZE = 10_000
_ASK_AGAIN_SECONDS = 5


class Keys(Protocol):
    """Where signatures and the keys that verify them come from."""

    async def sign(self, payload: bytes) -> bytes:
        """Returns the Ed25519 signature of `payload`."""

    async def public_keys(self) -> list[PublicKey]:
        """Returns the keys that verify signatures, the newest first."""


def key_id(version: int) -> str:
    """Returns the `kid` of a version of the signing key."""
    return f"access-{version}"


@dataclass
class Issuer:
    """Signs tokens."""

    keys: Keys
    _version: int = 0

    async def issue(self, audience: str, lifetime: timedelta, claims: Mapping[str, Any]) -> str:
        """Returns a signed token.

        Args:
            audience: `ACCOUNT_AUDIENCE` or `MESH_AUDIENCE`.
            lifetime: How long it is valid from now.
            claims: `sub` and what else the audience needs.

        Raises:
            Failure: UNAVAILABLE; Vault doesn't sign.
        """
        if not self._version:
            self._version = (await self.keys.public_keys())[0].version
        now = int(time.time())
        header = {"alg": "EdDSA", "typ": _TYPES[audience], "kid": key_id(self._version)}
        body = {"iss": ISSUER, "aud": audience, "iat": now, "nbf": now, "exp": now + int(lifetime.total_seconds())}
        signed = f"{_encode(header)}.{_encode({**body, 'jti': str(identifiers.new()), **claims})}"
        return f"{signed}.{_base64url(await self.keys.sign(signed.encode()))}"


@dataclass
class ServiceIdentity:
    """A service's own token for calls to internal methods, renewed before it ends."""

    issuer: Issuer
    spiffe_id: str
    _token: str = field(default="", repr=False)
    _renew_at: float = 0.0

    async def token(self) -> str:
        """Returns a token that is valid for at least a minute more.

        Raises:
            Failure: UNAVAILABLE; Vault doesn't sign.
        """
        if time.monotonic() >= self._renew_at:
            self._token = await self.issuer.issue(MESH_AUDIENCE, _SERVICE_LIFETIME, {"sub": self.spiffe_id})
            self._renew_at = time.monotonic() + _SERVICE_LIFETIME.total_seconds() - 60
        return self._token


class Verifier:
    """Verifies tokens, and remembers for a while those that were valid.

    Args:
        keys: Where the public keys come from; asked again when a token names one that isn't known, at most once in
            five seconds.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._known: dict[str, Ed25519PublicKey] = {}
        self._asked_at = -60.0
        self._asking = asyncio.Lock()
        self._valid: dict[str, tuple[float, Caller]] = {}

    async def verify(self, token: str) -> Caller:
        """Returns who the token's bearer is.

        Raises:
            Failure: UNAUTHENTICATED; the token is damaged, expired, or not one of ours.
        """
        cached = self._valid.get(token)
        if cached and cached[0] > time.time():
            return cached[1]
        try:
            claims = await self._claims(token)
            caller = _caller(claims, token)
        except (jwt.PyJWTError, ValueError, KeyError, TypeError) as error:
            raise Failure(Reason.UNAUTHENTICATED) from error
        if len(self._valid) >= _CACHE_SIZE:
            self._valid.clear()
        self._valid[token] = (float(claims["exp"]), caller)
        return caller

    async def _claims(self, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        key = await self._key(str(header.get("kid")))
        required = ["exp", "iat", "nbf", "iss", "aud", "sub", "jti"]
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["EdDSA"],
            audience=list(_TYPES),
            issuer=ISSUER,
            options={"require": required, "strict_aud": False},
        )
        if not isinstance(claims["aud"], str) or header.get("typ") != _TYPES[claims["aud"]]:
            raise ValueError("the token's type and audience differ")
        return claims

    async def _key(self, identifier: str) -> Ed25519PublicKey:
        if identifier not in self._known:
            # Who comes while they are asked for waits, or a good token would be refused.
            async with self._asking:
                await self._ask_again(identifier)
        return self._known[identifier]

    async def _ask_again(self, identifier: str) -> None:
        if identifier in self._known or time.monotonic() - self._asked_at <= _ASK_AGAIN_SECONDS:
            return
        keys = await self._keys.public_keys()
        self._known = {key_id(key.version): Ed25519PublicKey.from_public_bytes(key.key) for key in keys}
        self._asked_at = time.monotonic()


def _caller(claims: Mapping[str, Any], token: str) -> Caller:
    if claims["aud"] == MESH_AUDIENCE:
        if not claims["sub"].startswith("spiffe://xorb/"):
            raise ValueError("not an identity of the mesh")
        return Caller(subject=claims["sub"], token=token)
    organization = UUID(claims["org"]) if claims["org"] else calls.NO_ORGANIZATION
    return Caller(
        subject=_subject(claims["sub"], organization),
        organization=organization,
        roles=_texts(claims["roles"]),
        session=str(UUID(claims["sid"])),
        token=token,
    )


def _subject(text: str, organization: UUID) -> str:
    """Returns the name of an account, or of a service account of the organization."""
    kind, _, identifier = text.rpartition("/")
    if kind not in {"accounts", names.join("organizations", organization, "serviceAccounts")}:
        raise ValueError("not an account")
    return f"{kind}/{UUID(identifier)}"


def _texts(value: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(item) for item in value)


def _encode(part: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(part, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
