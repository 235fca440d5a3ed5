"""Who is in the mesh, who calls whom, and where sockets and certificates of each are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stack.errors import StackError
from stack.settings import StackSettings

EDGE = "edge"
"""The identity of the edge, which is no process of ours and has no sidecar."""

RATE_LIMIT = "ratelimit"
BRIDGE = "bridge"
KEYS = "keys"
"""The exchange of API keys, which is in the bridge's process."""

INGRESS = ("core", "security", "intelligence", RATE_LIMIT, BRIDGE, KEYS)
"""The roles that are called, each by way of its sidecar's ingress."""

EGRESS: Mapping[str, tuple[str, ...]] = {
    "core": ("core", "security"),
    "security": ("core",),
    "orchestrator": ("core",),
    BRIDGE: ("core", "security", "intelligence"),
}
"""Caller by caller, the roles that it calls, by way of its sidecar's egress."""

IDENTITIES = (EDGE, "core", "security", "intelligence", "orchestrator", BRIDGE, KEYS, RATE_LIMIT)
"""Everything that has a certificate."""

STAND_IN = "2"
"""The name of a role's second instance, which serves while the first restarts."""

CONTRACTS_DOMAIN = "xorb"
"""The trust domain that identities of the contracts are written with."""

Address = dict[str, Any]


def enabled(settings: StackSettings) -> bool:
    """Whether calls go through sidecars: unless ``XORB_MESH`` is ``off``.

    Raises:
        StackError: it is neither ``on`` nor ``off``.
    """
    text = settings.environment.get("XORB_MESH", "on").lower()
    if text not in {"on", "off"}:
        raise StackError(f"XORB_MESH must be on or off, but is {text!r}")
    return text == "on"


def faults(settings: StackSettings) -> bool:
    """Whether faults may be switched on, for tests: ``XORB_MESH_FAULTS`` is ``on``."""
    return settings.environment.get("XORB_MESH_FAULTS", "off").lower() == "on"


def trust_domain(settings: StackSettings) -> str:
    """The trust domain of all identities (SPIFFE-ID, section 2.1)."""
    return settings.environment.get("XORB_MESH_TRUST_DOMAIN") or CONTRACTS_DOMAIN


def spiffe_id(settings: StackSettings, role: str) -> str:
    """The identity of ``role``, such as ``spiffe://xorb/core``."""
    return f"spiffe://{trust_domain(settings)}/{role}"


def callers(role: str) -> list[str]:
    """The roles that call ``role``."""
    return [EDGE, *(caller for caller, called in EGRESS.items() if role in called)]


def service_sockets(settings: StackSettings, role: str) -> list[Path]:
    """Where instances of the service itself listen, without TLS: only its sidecar comes there."""
    return [settings.run / f"{role}.sock", settings.run / f"{role}.{STAND_IN}.sock"]


def ingress_socket(settings: StackSettings, role: str) -> Path:
    """Where the sidecar of ``role`` listens for other sidecars and the edge, by mutual TLS."""
    return settings.run / f"{role}.ingress.sock"


def egress_socket(settings: StackSettings, role: str) -> Path:
    """Where the sidecar of ``role`` takes the calls that the role makes."""
    return settings.run / f"{role}.egress.sock"


def admin_socket(settings: StackSettings) -> Path:
    """Where the sidecars' Envoy tells how it is."""
    return settings.run / "mesh.admin.sock"


def certificates(settings: StackSettings) -> Path:
    """The folder with a folder of certificate and key for each identity."""
    return settings.home / "mesh"


def pipe(path: Path) -> Address:
    """Envoy's address of a Unix socket that another program listens on."""
    return {"pipe": {"path": str(path)}}


def own_pipe(path: Path) -> Address:
    """Envoy's address of a Unix socket that it listens on itself, for nobody but its user."""
    return {"pipe": {"path": str(path), "mode": 0o600}}
