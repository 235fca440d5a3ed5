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
from services.mesh.public_key import PublicKey

ISSUER = "xorb"
ACCOUNT_AUDIENCE = "xorb-api"
MESH_AUDIENCE = "xorb-mesh"
_TYPES = {ACCOUNT_AUDIENCE: "at+jwt", MESH_AUDIENCE: "mesh+jwt"}
_SERVICE_LIFETIME = timedelta(minutes=5)
_CACHE_SIZE = 10_000
_ASK_AGAIN_SECONDS = 5
# A key that was withdrawn verifies for so long.
_BELIEVE_SECONDS = 60
# How late a signer may notice that it is another version's turn.
_REREAD_SECONDS = 5
ACCESS = "access"
"""The name of the key that signs account tokens, as it stands in `kid`."""
SEVERAL_FACTORS = "mfa"
"""What `amr` holds of a session that was opened with more than one factor (RFC 8176)."""


class Keys(Protocol):
    """Where signatures and the keys that verify them come from."""

    async def sign(self, payload: bytes, version: int = 0) -> bytes:
        """Returns the Ed25519 signature of `payload` by a version of the key; 0 is the newest."""

    async def public_keys(self) -> list[PublicKey]:
        """Returns the versions that verify signatures, the one that signs first."""


def key_id(version: int, name: str = ACCESS) -> str:
    """Returns the `kid` of a version of a signing key."""
    return f"{name}-{version}"


def mesh_name(role: str) -> str:
    """Returns the name of the key that signs a role's mesh tokens, as it stands in `kid`."""
    return f"mesh-{role}"


@dataclass
class Issuer:
    """Signs tokens.

    Args:
        keys: The key.
        name: Its name in `kid`.
    """

    keys: Keys
    name: str = ACCESS
    _version: int = 0
    _read_at: float = 0.0

    async def issue(self, audience: str, lifetime: timedelta, claims: Mapping[str, Any]) -> str:
        """Returns a signed token.

        Args:
            audience: `ACCOUNT_AUDIENCE` or `MESH_AUDIENCE`.
            lifetime: How long it is valid from now.
            claims: `sub` and what else the audience needs.

        Raises:
            Failure: UNAVAILABLE; Vault doesn't sign.
        """
        version = await self._signing_version()
        now = int(time.time())
        header = {"alg": "EdDSA", "typ": _TYPES[audience], "kid": key_id(version, self.name)}
        body = {"iss": ISSUER, "aud": audience, "iat": now, "nbf": now, "exp": now + int(lifetime.total_seconds())}
        signed = f"{_encode(header)}.{_encode({**body, 'jti': str(identifiers.new()), **claims})}"
        return f"{signed}.{_base64url(await self.keys.sign(signed.encode(), version))}"

    async def _signing_version(self) -> int:
        if not self._version or time.monotonic() >= self._read_at + _REREAD_SECONDS:
            self._version = (await self.keys.public_keys())[0].version
            self._read_at = time.monotonic()
        return self._version


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
        access: The keys of account tokens.
        mesh: The keys of each role's mesh tokens, which are about that role and nobody else. Without it, `access`
            signs both, as it does where nothing is at stake: in tests.
    """

    def __init__(self, access: Keys, mesh: Mapping[str, Keys] | None = None) -> None:
        roles = {mesh_name(role): (keys, f"spiffe://xorb/{role}") for role, keys in (mesh or {}).items()}
        self._subjects = {name: subject for name, (_, subject) in roles.items()}
        self._separate = mesh is not None
        self._known = {ACCESS: _Known(access, ACCESS)} | {name: _Known(keys, name) for name, (keys, _) in roles.items()}
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
        self._valid[token] = (min(float(claims["exp"]), time.time() + _BELIEVE_SECONDS), caller)
        return caller

    async def _claims(self, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        identifier = str(header.get("kid"))
        name = identifier.rpartition("-")[0]
        key = await self._known[name].key(identifier)
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
        if self._separate and not self._vouches(name, claims):
            raise ValueError("the key isn't that of such tokens")
        return claims

    def _vouches(self, name: str, claims: Mapping[str, Any]) -> bool:
        if name == ACCESS:
            return bool(claims["aud"] == ACCOUNT_AUDIENCE)
        return bool(claims["aud"] == MESH_AUDIENCE and claims["sub"] == self._subjects[name])


class _Known:
    """The versions of one key, asked for when one is named that isn't known, at most once in five seconds."""

    def __init__(self, keys: Keys, name: str) -> None:
        self._keys = keys
        self._name = name
        self._versions: dict[str, Ed25519PublicKey] = {}
        self._asked_at = -2.0 * _BELIEVE_SECONDS
        self._asking = asyncio.Lock()

    async def key(self, identifier: str) -> Ed25519PublicKey:
        """Returns the version that a `kid` names.

        Raises:
            KeyError: There is none.
            Failure: UNAVAILABLE; Vault doesn't say.
        """
        if not self._fresh(identifier):
            # Who comes while they are asked for waits, or a good token would be refused.
            async with self._asking:
                await self._ask_again(identifier)
        return self._versions[identifier]

    def _fresh(self, identifier: str) -> bool:
        return identifier in self._versions and time.monotonic() - self._asked_at <= _BELIEVE_SECONDS

    async def _ask_again(self, identifier: str) -> None:
        if self._fresh(identifier) or time.monotonic() - self._asked_at <= _ASK_AGAIN_SECONDS:
            return
        try:
            keys = await self._keys.public_keys()
        except Failure:
            if identifier not in self._versions:
                raise
            # Those that were known stay good while Vault is away; it is asked again in a while.
        else:
            self._versions = {
                key_id(key.version, self._name): Ed25519PublicKey.from_public_bytes(key.key) for key in keys
            }
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
        confined=claims.get("confined") is True,
        second_factor=SEVERAL_FACTORS in _texts(claims.get("amr", ())),
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
