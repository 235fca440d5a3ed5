"""Envoy's clusters: our processes on their Unix sockets, and the edge, which asks itself for the JWKS."""

from typing import Any

from stack.edge_keys import CLUSTER as KEYS
from stack.edge_limits import CLUSTER as RATE_LIMIT
from stack.settings import StackSettings

Fragment = dict[str, Any]

GRPC_PROCESSES = ("core", "security")
"""The processes that the edge routes RPCs to; a cluster has the name of its process."""

NOWHERE = "nowhere"
"""The cluster without endpoints, for routes that only carry settings."""

_HTTP = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_MANY = 20000
_WAITING = 32 * 1024
_STREAM_WINDOW = 64 * 1024
# So many readers may stall, each with its stream's window full, before the connection itself is full and others wait.
_CONNECTION_WINDOW = 4000 * _STREAM_WINDOW


_OUTLIERS = {
    "consecutive_5xx": 10,
    "consecutive_gateway_failure": 5,
    "enforcing_consecutive_gateway_failure": 100,
    "interval": "2s",
    "base_ejection_time": "5s",
    "max_ejection_time": "60s",
    # Never the last one: health checks find one that is gone, and an answer is better than none.
    "max_ejection_percent": 50,
    "always_eject_one_host": False,
}


def clusters(settings: StackSettings) -> list[Fragment]:
    """All clusters of the edge."""
    grpc = [_grpc(settings, name) for name in (*GRPC_PROCESSES, RATE_LIMIT, KEYS)]
    bridge = _cluster("bridge", {"pipe": {"path": str(settings.run / "bridge.sock")}})
    port = settings.ports["XORB_GATEWAY_PORT"]
    itself = _cluster("edge", {"socket_address": {"address": "127.0.0.1", "port_value": port}})
    return [*grpc, bridge, itself, {"name": NOWHERE, "type": "STATIC"}]


def _grpc(settings: StackSettings, name: str) -> Fragment:
    http2 = {
        "connection_keepalive": {"interval": "30s", "timeout": "10s"},
        "max_concurrent_streams": 1000,
        "initial_stream_window_size": _STREAM_WINDOW,
        "initial_connection_window_size": _CONNECTION_WINDOW,
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
        # Of what is under way: when everything fails, 1.18 requests come of each (15 of 85).
        "retry_budget": {"budget_percent": {"value": 15}, "min_retry_concurrency": 1},
    }
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "2s",
        # One endpoint: when it is found unhealthy, say so at once instead of trying it all the same.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
        "circuit_breakers": {"thresholds": [limits]},
        "outlier_detection": _OUTLIERS,
        "per_connection_buffer_limit_bytes": _WAITING,
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    }
