"""What every process does around its own work: logs, telemetry, the metrics page, health, and a clean end."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, nullcontext

import grpc.aio

from services.mesh import logs, telemetry
from services.mesh.access.cache import CachedAccess
from services.mesh.access.model import Access
from services.mesh.audit.trail import Trail
from services.mesh.collector import Collector
from services.mesh.credentials import Credentials
from services.mesh.database import Database
from services.mesh.encryption.keyring import Keyring
from services.mesh.encryption.wrapping import OrganizationKeys
from services.mesh.events import stream
from services.mesh.interceptors.chain import chain
from services.mesh.interceptors.layer import Layer
from services.mesh.log_export import Exported
from services.mesh.peers import Peers
from services.mesh.rotation import Rotation
from services.mesh.server import Register, Server, stop_signal
from services.mesh.settings import Settings
from services.mesh.tokens import Issuer, ServiceIdentity, Verifier, mesh_name
from services.mesh.vault import ACCESS_KEY, Transit, mesh_key

CALLING_ROLES = ("core", "security", "orchestrator", "operator")
"""The roles whose processes call internal methods, and have a key to say so."""

_CHANNEL = (("grpc.keepalive_time_ms", 60_000),)


def configure(role: str, settings: Settings) -> None:
    """Sets up logs and telemetry of the process."""
    exported = Exported(telemetry.resource_of(role), settings.otlp_endpoint) if settings.otlp_endpoint else None
    logs.configure(settings.log_level, exported)
    telemetry.configure(role, settings.otlp_endpoint)


def transit(settings: Settings, key: str = ACCESS_KEY) -> Transit:
    """Returns a signing key: that of access tokens where none is named."""
    return Transit.connect(settings.vault_address, settings.vault_token, key, settings.key_lead)


def organization_keys(settings: Settings) -> OrganizationKeys:
    """Returns the keys that wrap organizations' data keys, as far as the process's token allows."""
    return OrganizationKeys.connect(settings.vault_address, settings.vault_token)


def identity(settings: Settings, role: str) -> ServiceIdentity:
    """Returns what a role shows when it calls internal methods, signed with a key that only the role may use."""
    return ServiceIdentity(Issuer(transit(settings, mesh_key(role)), mesh_name(role)), f"spiffe://xorb/{role}")


def verifier(settings: Settings) -> Verifier:
    """Returns what verifies the tokens of accounts, and of the roles that call others."""
    return Verifier(transit(settings), {role: transit(settings, mesh_key(role)) for role in CALLING_ROLES})


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[Database]:
    """Gives the database, and closes its connections at the end."""
    keys = Keyring(organization_keys(settings), settings.data_key_lifetime.total_seconds())
    if settings.database_credentials:
        issued = Credentials.connect(settings.vault_address, settings.vault_token, settings.database_credentials)
        rotation = Rotation(settings.postgres_dsn, issued, pool=settings.database_pool, keys=keys)
        async with rotation.running() as opened:
            yield opened
        return
    opened = Database.connect(settings.postgres_dsn, pool=settings.database_pool, keys=keys)
    try:
        yield opened
    finally:
        await opened.close()


@asynccontextmanager
async def access(settings: Settings, store: Database) -> AsyncIterator[CachedAccess]:
    """Gives what knows who may do what, and hears of changes until the end."""
    redis = stream.connect(settings.redis_url)
    known = CachedAccess(store, redis)
    try:
        async with known.running():
            yield known
    finally:
        await redis.aclose()


def peers(settings: Settings) -> Peers | None:
    """Returns what knows on whose connection calls come; None where there are no sidecars to tell."""
    return Peers(settings.trust_domain) if settings.mesh else None


def channel(settings: Settings, role: str) -> grpc.aio.Channel:
    """Returns a channel to the process of a role; it connects when first used."""
    address, options = settings.destination(role)
    return grpc.aio.insecure_channel(address, options=(*_CHANNEL, *options))


async def serve(
    role: str,
    settings: Settings,
    *,
    register: Register = lambda _server: None,
    services: Iterable[str] = (),
    store: Database | None = None,
    known: Access | None = None,
    drained: Callable[[], Awaitable[None]] | None = None,
    own: tuple[Layer, ...] = (),
) -> None:
    """Serves until the process is asked to stop, then drains.

    Args:
        role: The process's role.
        settings: Its settings.
        register: Adds its servicers; a process without any serves its health only.
        services: Their full names.
        store: Where replies to request ids are kept.
        known: Who may do what; None for a process that serves no accounts.
        own: Layers of the process's own.
        drained: Called when callers have been told to go elsewhere; ends streams that would never end by themselves.
    """
    trail = Trail(store) if store else None
    layers = chain(verifier(settings), store, known, trail, peers(settings), own=own)
    server = Server(settings.listening(role), layers, register, services, settings.drain, drained)
    async with (
        telemetry.metrics_page(settings.metrics_socket(role)),
        trail.running() if trail else nullcontext(),
    ):
        await server.start()
        Collector().start()
        await stop_signal()
        await server.stop()
