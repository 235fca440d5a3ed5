"""Envoy's clusters: our processes by way of their sidecars, and the edge, which asks itself for the JWKS.

Without the mesh (``XORB_MESH`` is ``off``) it goes to the processes' own sockets.
"""

from typing import Any

from stack.edge_keys import CLUSTER as KEYS
from stack.edge_limits import CLUSTER as RATE_LIMIT
from stack.mesh import tls, topology
from stack.mesh.clusters import cluster, protocol
from stack.mesh.policies import HEALTH
from stack.settings import StackSettings

Fragment = dict[str, Any]

GRPC_PROCESSES = ("core", "security", "intelligence")
"""The processes that the edge routes RPCs to; a cluster has the name of its process."""

NOWHERE = "nowhere"
"""The cluster without endpoints, for routes that only carry settings."""


def clusters(settings: StackSettings) -> list[Fragment]:
    """All clusters of the edge."""
    grpc = [_grpc(settings, name) for name in (*GRPC_PROCESSES, RATE_LIMIT, KEYS)]
    bridge = _to(settings, topology.BRIDGE, "h2" if topology.enabled(settings) else "http/1.1")
    port = settings.ports["XORB_GATEWAY_PORT"]
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    itself = cluster("edge", [address], protocol("http/1.1"))
    return [*grpc, bridge, itself, {"name": NOWHERE, "type": "STATIC"}]


def _grpc(settings: StackSettings, name: str) -> Fragment:
    asked = {"http_health_check": {"path": HEALTH, "codec_client_type": "HTTP2"}}
    made = asked if topology.enabled(settings) else {"grpc_health_check": {}}
    return {**_to(settings, name, "h2"), "health_checks": [_health_check() | made]}


def _to(settings: StackSettings, role: str, application_protocol: str) -> Fragment:
    options = protocol(application_protocol)
    if not topology.enabled(settings):
        own = topology.service_sockets(settings, role)[0]
        return cluster(role, [topology.pipe(own)], options)
    return {
        **cluster(role, [topology.pipe(topology.ingress_socket(settings, role))], options),
        "transport_socket": tls.upstream(settings, topology.EDGE, role, application_protocol),
    }


def _health_check() -> Fragment:
    return {
        "timeout": "2s",
        "interval": "5s",
        "no_traffic_interval": "2s",
        "unhealthy_interval": "1s",
        "unhealthy_threshold": 2,
        "healthy_threshold": 1,
    }
