"""XORB's own processes and the migration before them: ``python -m services <role>``."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

from stack import http
from stack.component import Component, MetricsSource
from stack.components import database_issuer, openbao, postgres, temporal, valkey
from stack.grpc_health import serving
from stack.mesh import topology
from stack.secret_files import new_secret, read_or_create, write_secret
from stack.settings import StackSettings

NEEDS: Mapping[str, tuple[str, ...]] = {
    "core": ("migrate", "valkey", "openbao", "temporal", "mesh"),
    "security": ("migrate", "valkey", "openbao", "mesh"),
    "intelligence": ("migrate", "valkey", "openbao", "mesh"),
    "orchestrator": ("temporal", "core", "security"),
    "relay": ("migrate", "valkey"),
    "bridge": ("core", "security", "intelligence"),
    "ratelimit": ("valkey", "mesh"),
}
"""Every role and what must be up before it starts."""

_DATABASE_ROLES = {"migrate": "xorb_owner", "relay": "xorb_relay"}
_DSN_SETTINGS = {"xorb_owner": "XORB_POSTGRES_OWNER_DSN", "xorb_relay": "XORB_POSTGRES_RELAY_DSN"}
_SECRETS = ("POSTGRES_DSN", "REDIS_URL", "VAULT_TOKEN", "PAGE_TOKEN_KEY")
# The operator's mail server is the business of one process.
_MAIL = "SMTP_"
SECRETS_OF: Mapping[str, tuple[str, ...]] = {
    "migrate": ("POSTGRES_DSN",),
    "core": _SECRETS,
    "security": _SECRETS,
    "intelligence": _SECRETS,
    "orchestrator": ("POSTGRES_DSN", "VAULT_TOKEN"),
    "relay": ("POSTGRES_DSN", "REDIS_URL", "VAULT_TOKEN"),
    "bridge": (),
    "ratelimit": ("REDIS_URL",),
}
"""What each process is told that others must not know: those that meet the outside first know least."""


def migrate(settings: StackSettings) -> Component:
    """The schema brought up to date by its owner, once, before anything uses it."""
    return Component(
        name="migrate",
        command=(sys.executable, "-m", "services", "migrate"),
        environment=process_environment(settings, "migrate"),
        directory=settings.root,
        needs=("postgres",),
        prepare=lambda: _keep_secrets(settings, "migrate"),
        patience=120,
        one_shot=True,
    )


def process(settings: StackSettings, role: str) -> Component:
    """The process ``role``, healthy when its health service says SERVING on its Unix socket."""
    made = _instance(settings, role, "")
    if role not in topology.INGRESS or not topology.enabled(settings):
        return made
    return replace(made, stand_in=_instance(settings, role, topology.STAND_IN))


def _instance(settings: StackSettings, role: str, instance: str) -> Component:
    end = f".{instance}" if instance else ""
    socket, metrics = settings.run / f"{role}{end}.sock", settings.run / f"{role}{end}.metrics.sock"
    keys = {topology.KEYS: settings.run / f"{topology.KEYS}{end}.sock"}
    found = {role: socket} | (keys if role == topology.BRIDGE else {})
    told = {"XORB_INSTANCE": instance} if instance else {}
    return Component(
        name=role,
        command=(sys.executable, "-m", "services", role),
        environment={**process_environment(settings, role), **told},
        directory=settings.root,
        needs=NEEDS[role],
        healthy=lambda: _bridge_healthy(socket) if role == topology.BRIDGE else serving(f"unix:{socket}"),
        prepare=lambda: _keep_secrets(settings, role),
        sockets=(*found.values(), metrics),
        metrics=MetricsSource(http.Address(socket=metrics)),
        grace=15,
        patience=60,
        takes_over=lambda: _found_by_sidecar(settings, found),
    )


async def _found_by_sidecar(settings: StackSettings, sockets: Mapping[str, Path]) -> bool:
    if not topology.enabled(settings) or not sockets.keys() <= set(topology.INGRESS):
        return True
    answer = await http.request(http.Address(socket=topology.admin_socket(settings)), "GET", "/clusters")
    healthy = answer.body.decode().splitlines()
    return all(f"{role}-local::{socket}::health_flags::healthy" in healthy for role, socket in sockets.items())


def process_environment(settings: StackSettings, role: str) -> dict[str, str]:
    """What the process ``role`` is told: the stack's environment, with files in place of secrets."""
    inherited = {name: value for name, value in settings.environment.items() if _plain(name, role)}
    python_path = [str(settings.root), str(settings.root / "gen" / "python"), inherited.get("PYTHONPATH", "")]
    files = {f"XORB_{name}_FILE": str(secret_path(settings, role, name)) for name in _secret_values(settings, role)}
    return {
        "XORB_ALLOW_LOOPBACK_TARGETS": "true",
        "XORB_LOG_LEVEL": "INFO",
        # Sidecars ask twice a second how it is, and a busy machine may take longer; nobody else sends anything by then.
        "XORB_DRAIN_SECONDS": "3" if topology.enabled(settings) else "0.2",
        "XORB_VAULT_ADDRESS": openbao.address(settings),
        "XORB_TEMPORAL_ADDRESS": temporal.address(settings),
        "XORB_WEB_ADDRESS": f"http://localhost:{settings.port('XORB_GATEWAY_PORT').number}",
        # The demo target can't have the usual ports.
        "XORB_VERIFICATION_PORTS": f"https:443,http:80,http:{settings.port('XORB_DEMO_HTTP_PORT').number}",
        "XORB_WEBAUTHN_ORIGINS": _origins(settings),
        # Everybody here comes from one address.
        "XORB_RATE_LIMIT_SIGN_IN_ADDRESS": "50/second:500",
        "XORB_SIGN_IN_ADDRESS_FAILURES": "10000",
        **inherited,
        **_mesh(settings, role),
        "XORB_HOME": str(settings.home),
        "XORB_RUN_DIRECTORY": str(settings.run),
        "PYTHONPATH": os.pathsep.join(filter(None, python_path)),
        "PYTHONUNBUFFERED": "1",
        **_credentials(settings, role),
        **files,
    }


def _mesh(settings: StackSettings, role: str) -> dict[str, str]:
    """Whether calls come through sidecars, and where the role's own takes those that it makes."""
    if not topology.enabled(settings):
        return {"XORB_MESH": "off"}
    egress = {"XORB_EGRESS_ADDRESS": f"unix:{topology.egress_socket(settings, role)}"}
    return {"XORB_MESH": "on", **(egress if role in topology.EGRESS else {})}


def secret_path(settings: StackSettings, role: str, name: str) -> Path:
    """The file of one secret of one process: ``name`` is that of the setting without ``XORB_``."""
    return settings.secrets / role / name.lower()


def _origins(settings: StackSettings) -> str:
    """The pages of the edge itself, which may ask for passkeys."""
    plain, secure = (settings.port(f"XORB_GATEWAY_{kind}PORT").number for kind in ("", "TLS_"))
    return f"http://localhost:{plain},https://localhost:{secure}"


def _plain(name: str, role: str) -> bool:
    if name.removeprefix("XORB_").startswith(_MAIL) and role != "orchestrator":
        return False
    secret = {f"XORB_{each}" for each in _SECRETS} | set(_DSN_SETTINGS.values())
    return name not in secret and name.removesuffix("_FILE") not in secret


def _secret_values(settings: StackSettings, role: str) -> dict[str, str]:
    """The secrets of ``role``; those that come into being with a component are empty before it is up."""
    values = {
        "POSTGRES_DSN": lambda: _database(settings, role),
        "REDIS_URL": lambda: settings.external("valkey") or valkey.url(settings),
        "VAULT_TOKEN": lambda: _vault_token(settings, role),
        "PAGE_TOKEN_KEY": lambda: read_or_create(settings.secrets / "page_token_key", new_secret),
    }
    return {name: values[name]() for name in SECRETS_OF[role]}


def _vault_token(settings: StackSettings, role: str) -> str:
    kept = openbao.token_path(settings, role)
    if kept.exists() and settings.external("openbao") is None:
        return kept.read_text(encoding="utf-8")
    return settings.environment.get("XORB_VAULT_TOKEN", "")


def _database(settings: StackSettings, role: str) -> str:
    database_role = _DATABASE_ROLES.get(role, "xorb_app")
    external = settings.external("postgres")
    if external is None:
        return postgres.plain_dsn(settings) if _issued(settings, role) else postgres.dsn(settings, database_role)
    own = {"xorb_owner": "XORB_POSTGRES_OWNER_DSN", "xorb_relay": "XORB_POSTGRES_RELAY_DSN"}.get(database_role, "")
    return settings.environment.get(own) or external


def _issued(settings: StackSettings, role: str) -> bool:
    """Whether OpenBao issues the role's database credentials: where both are ours."""
    elsewhere = settings.external("postgres") or settings.external("openbao")
    return "VAULT_TOKEN" in SECRETS_OF[role] and role not in _DATABASE_ROLES and elsewhere is None


def _credentials(settings: StackSettings, role: str) -> dict[str, str]:
    return {"XORB_DATABASE_CREDENTIALS": database_issuer.ROLE} if _issued(settings, role) else {}


async def _keep_secrets(settings: StackSettings, role: str) -> None:
    for name, value in _secret_values(settings, role).items():
        write_secret(secret_path(settings, role, name), value)


async def _bridge_healthy(socket: Path) -> bool:
    return (await http.request(http.Address(socket=socket), "GET", "/healthz")).status == HTTPStatus.OK
