"""What tests of services stand on: a throw-away signing key, tokens, and a real server on a Unix socket."""

import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import grpc.aio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.mesh import calls, identifiers
from services.mesh.access.model import Access, Change, Standing, Told
from services.mesh.audit.trail import Trail
from services.mesh.calls import Call, Caller
from services.mesh.database import Database
from services.mesh.interceptors.chain import chain
from services.mesh.public_key import PublicKey
from services.mesh.roles import granted_by
from services.mesh.server import Register, Server
from services.mesh.tokens import ACCOUNT_AUDIENCE, MESH_AUDIENCE, Issuer, Verifier

_LIFETIME = timedelta(minutes=10)
# How much a reader takes that doesn't read would otherwise depend on what this process measured on other connections.
_SMALL_WINDOW = (("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 65535))


@dataclass(frozen=True)
class ThrowAwayKeys:
    """An Ed25519 key made for one test run; signs what Vault signs elsewhere."""

    _private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    async def sign(self, payload: bytes, version: int = 0) -> bytes:
        """Returns the signature of `payload`; there is one version."""
        return self._private.sign(payload)

    async def public_keys(self) -> list[PublicKey]:
        """Returns the one key."""
        return [PublicKey(1, self._private.public_key().public_bytes_raw())]


KEYS = ThrowAwayKeys()


class TokenAccess:
    """Believes the roles that a token claims, for tests whose accounts are in no database."""

    async def standing(self, caller: Caller) -> Standing:
        """Returns what the roles of the token grant."""
        return Standing(session_lives=True, member=True, roles=caller.roles, permissions=granted_by(caller.roles))

    @contextmanager
    def following(self, caller: Caller, told: Told) -> Iterator[None]:
        """Tells nothing: a token doesn't change."""
        yield

    async def announce(self, change: Change) -> None:
        """Tells nobody."""


async def token_for(
    account: UUID | None = None, organization: UUID | None = None, roles: Iterable[str] = ("owner",)
) -> str:
    """Returns an access token of an account in an organization, as sign-in would issue it."""
    claims = {
        "sub": f"accounts/{account or identifiers.new()}",
        "org": str(organization) if organization else "",
        "sid": str(identifiers.new()),
        "roles": list(roles),
    }
    return await Issuer(KEYS).issue(ACCOUNT_AUDIENCE, _LIFETIME, claims)


async def service_token(role: str) -> str:
    """Returns the token of a service of the mesh, such as `orchestrator`."""
    return await Issuer(KEYS).issue(MESH_AUDIENCE, _LIFETIME, {"sub": f"spiffe://xorb/{role}"})


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    """Returns a call's metadata with the token."""
    return (("authorization", f"Bearer {token}"),)


def call_of(organization: UUID, account: UUID | None = None) -> Call:
    """Returns a call to open units of work for, as an account of an organization would make it."""
    caller = Caller(f"accounts/{account or identifiers.new()}", organization or calls.NO_ORGANIZATION)
    return Call(method="/test", caller=caller, organization=organization)


@asynccontextmanager
async def serving(
    register: Register,
    services: Iterable[str],
    database: Database | None,
    access: Access | None = None,
    trail: Trail | None = None,
) -> AsyncIterator[grpc.aio.Channel]:
    """Serves with all layers on a Unix socket of its own, and yields a channel to it.

    Args:
        register: Adds the servicers to the server.
        services: The services' full names.
        database: Where replies to request ids are kept; None for none.
        access: Who may do what; the roles that the token claims where it isn't given.
        trail: Takes what is decided; None for nobody.
    """
    with tempfile.TemporaryDirectory(prefix="xorb-") as folder:
        address = f"unix:{Path(folder) / 'test.sock'}"
        layers = chain(Verifier(KEYS), database, access or TokenAccess(), trail)
        server = Server(address, layers, register, services, drain=timedelta(0))
        await server.start()
        try:
            async with grpc.aio.insecure_channel(address, options=_SMALL_WINDOW) as channel:
                yield channel
        finally:
            await server.stop()
