"""Tokens that must be refused, each wrong in one way; and the one that they are made from, which is right."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from services.mesh.tokens import Keys, key_id

Json = dict[str, Any]
Sign = Callable[[bytes], Awaitable[bytes]]


@dataclass(frozen=True)
class Forge:
    """Makes tokens with the platform's own keys, and with others.

    Args:
        keys: The platform's keys.
        version: The signing key's version.
    """

    keys: Keys
    version: int
    other: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def header(self, **changed: object) -> Json:
        """The header of a right token, with changes; None leaves a member out."""
        return _changed({"alg": "EdDSA", "typ": "at+jwt", "kid": key_id(self.version)}, changed)

    def claims(self, **changed: object) -> Json:
        """The claims of a right token, with changes; None leaves a claim out."""
        now = int(time.time())
        right = {
            "iss": "xorb",
            "aud": "xorb-api",
            "sub": f"accounts/{uuid4()}",
            "org": "",
            "sid": str(uuid4()),
            "roles": [],
            "iat": now,
            "nbf": now,
            "exp": now + 300,
            "jti": str(uuid4()),
        }
        return _changed(right, changed)

    async def token(self, header: Json | None = None, claims: Json | None = None, sign: Sign | None = None) -> str:
        """A token of these parts, signed with the platform's key or by `sign`."""
        signed = f"{_encode(header or self.header())}.{_encode(claims or self.claims())}"
        return f"{signed}.{_base64url(await (sign or self.keys.sign)(signed.encode()))}"

    async def by_other(self, payload: bytes) -> bytes:
        """The signature of a key that isn't the platform's."""
        return self.other.sign(payload)

    async def by_public_key(self, payload: bytes) -> bytes:
        """A MAC with the platform's public key as its secret: what confuses verifiers that believe `alg`."""
        public = (await self.keys.public_keys())[0].key
        return hmac.new(public, payload, hashlib.sha256).digest()

    def jwk(self) -> Json:
        """The other key, for headers that bring their own."""
        return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(self.other.public_key().public_bytes_raw())}


@dataclass(frozen=True)
class Broken:
    """A way to be wrong. `edge` is False where Envoy can't tell, and only the services refuse."""

    name: str
    make: Callable[[Forge], Awaitable[str]]
    edge: bool = True

    def __str__(self) -> str:
        return self.name


async def _nothing(_payload: bytes) -> bytes:
    return b""


async def _ecdsa(payload: bytes) -> bytes:
    signature = ec.generate_private_key(ec.SECP256R1()).sign(payload, ec.ECDSA(hashes.SHA256()))
    return b"".join(part.to_bytes(32) for part in decode_dss_signature(signature))


async def _rsa(payload: bytes) -> bytes:
    return rsa.generate_private_key(65537, 2048).sign(payload, padding.PKCS1v15(), hashes.SHA256())


def _headed(**changed: object) -> Callable[[Forge], Awaitable[str]]:
    return lambda forge: forge.token(forge.header(**changed))


def _claiming(**changed: object) -> Callable[[Forge], Awaitable[str]]:
    return lambda forge: forge.token(claims=forge.claims(**changed))


def _unsigned(algorithm: str) -> Callable[[Forge], Awaitable[str]]:
    return lambda forge: forge.token(forge.header(alg=algorithm), sign=_nothing)


def _bringing(**member: str) -> Callable[[Forge], Awaitable[str]]:
    return lambda forge: forge.token(forge.header(**member), sign=forge.by_other)


async def _text(text: str) -> str:
    return text


async def _cut(forge: Forge) -> str:
    return (await forge.token()).rpartition(".")[0] + "."


async def _tampered(forge: Forge) -> str:
    head, _, signature = (await forge.token()).split(".")
    return f"{head}.{_encode(forge.claims(roles=['owner']))}.{signature}"


async def _borrowed(forge: Forge) -> str:
    first, second = await forge.token(), await forge.token()
    return first.rpartition(".")[0] + "." + second.rpartition(".")[2]


async def _fourth_part(forge: Forge) -> str:
    return await forge.token() + ".x"


NOW = int(time.time())
BROKEN = (
    Broken("empty", lambda _: _text("")),
    Broken("no token at all", lambda _: _text("nonsense")),
    Broken("two parts", lambda _: _text("e30.e30")),
    Broken("parts that are no JSON", lambda _: _text("YQ.YQ.YQ")),
    Broken("a fourth part", _fourth_part),
    Broken("algorithm none", _unsigned("none")),
    Broken("algorithm None", _unsigned("None")),
    Broken("signature cut off", _cut),
    Broken("claims changed after signing", _tampered),
    Broken("another token's signature", _borrowed),
    Broken(
        "the public key as a shared secret",
        lambda forge: forge.token(forge.header(alg="HS256"), sign=forge.by_public_key),
    ),
    Broken("ECDSA by somebody", lambda forge: forge.token(forge.header(alg="ES256"), sign=_ecdsa)),
    Broken("RSA by somebody", lambda forge: forge.token(forge.header(alg="RS256"), sign=_rsa)),
    Broken("somebody's key under our identifier", lambda forge: forge.token(sign=forge.by_other)),
    Broken("unknown key", _headed(kid="access-999")),
    Broken("no key named", lambda forge: forge.token(forge.header(kid=None), sign=forge.by_other)),
    Broken("a path as the key", _bringing(kid="../../../../dev/null")),
    Broken("its own key in the header", lambda forge: forge.token(forge.header(jwk=forge.jwk()), sign=forge.by_other)),
    Broken("a key set elsewhere", _bringing(jku="https://attacker.example/jwks.json")),
    Broken("a certificate elsewhere", _bringing(x5u="https://attacker.example/cert.pem")),
    Broken("expired", _claiming(iat=NOW - 900, nbf=NOW - 900, exp=NOW - 300)),
    Broken("without an end", _claiming(exp=None), edge=False),
    Broken("not yet valid", _claiming(nbf=NOW + 600)),
    Broken("of another issuer", _claiming(iss="https://attacker.example")),
    Broken("without an issuer", _claiming(iss=None)),
    Broken("for another audience", _claiming(aud="another")),
    Broken("for the mesh", _claiming(aud="xorb-mesh")),
    Broken("without an audience", _claiming(aud=None)),
    Broken("of another type", _headed(typ="JWT"), edge=False),
    Broken("of the mesh's type", _headed(typ="mesh+jwt"), edge=False),
    Broken("without a subject", _claiming(sub=None), edge=False),
    Broken("a service's name as the subject", _claiming(sub="spiffe://xorb/orchestrator"), edge=False),
    Broken("an organization that is none", _claiming(org="' OR 1=1 --"), edge=False),
    Broken("no session", _claiming(sid=None), edge=False),
)


def _changed(right: Json, changed: Json) -> Json:
    return {key: value for key, value in {**right, **changed}.items() if value is not None}


def _encode(part: Json) -> str:
    return _base64url(json.dumps(part).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
