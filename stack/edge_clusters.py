"""Envoy's clusters: our processes on their Unix sockets, and the edge, which asks itself for the JWKS."""

from typing import Any

from stack.edge_limits import CLUSTER as RATE_LIMIT
from stack.settings import StackSettings

Fragment = dict[str, Any]

GRPC_PROCESSES = ("core", "security")
"""The processes that the edge routes RPCs to; a cluster has the name of its process."""

NOWHERE = "nowhere"
"""The cluster without endpoints, for routes that only carry settings."""

_HTTP = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_MANY = 20000


def clusters(settings: StackSettings) -> list[Fragment]:
    """All clusters of the edge."""
    grpc = [_grpc(settings, name) for name in (*GRPC_PROCESSES, RATE_LIMIT)]
    bridge = _cluster("bridge", {"pipe": {"path": str(settings.run / "bridge.sock")}})
    port = settings.ports["XORB_GATEWAY_PORT"]
    itself = _cluster("edge", {"socket_address": {"address": "127.0.0.1", "port_value": port}})
    return [*grpc, bridge, itself, {"name": NOWHERE, "type": "STATIC"}]


def _grpc(settings: StackSettings, name: str) -> Fragment:
    http2 = {
        "connection_keepalive": {"interval": "30s", "timeout": "10s"},
        "max_concurrent_streams": 1000,
        "initial_stream_window_size": 1048576,
        "initial_connection_window_size": 16777216,
    }
    options = {
        "@type": f"type.googleapis.com/{_HTTP}",
        "explicit_http_config": {"http2_protocol_options": http2},
    }
    return _cluster(name, {"pipe": {"path": str(settings.run / f"{name}.sock")}}) | {
        "typed_extension_protocol_options": {_HTTP: options},
        "health_checks": [_health_check()],
    }


def _health_check() -> Fragment:
    return {
        "timeout": "2s",
        "interval": "5s",
        "no_traffic_interval": "2s",
        "unhealthy_interval": "1s",
        "unhealthy_threshold": 2,
        "healthy_threshold": 1,
        "grpc_health_check": {},
    }


def _cluster(name: str, address: Fragment) -> Fragment:
    """A cluster of one endpoint, its circuit breaker wide enough for as many WebSockets as there are files."""
    limits = {
        "max_connections": _MANY,
        "max_pending_requests": _MANY,
        "max_requests": _MANY,
        "max_retries": 50,
    }
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "2s",
        # One endpoint: when it is found unhealthy, say so at once instead of trying it all the same.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
        "circuit_breakers": {"thresholds": [limits]},
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    }
