"""Clusters of the mesh: sidecar to its service, and caller to called through mutual TLS.

Source of the format: Envoy's v3 API, ``config.cluster.v3.Cluster``.
"""

from typing import Any

from stack.mesh import tls, topology
from stack.settings import StackSettings

Fragment = dict[str, Any]

HTTP = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
MANY = 20_000
"""Connections and requests that a cluster lets through: above the 10,000 streams that one Envoy carries."""

_LIMITS = {"max_connections": MANY, "max_pending_requests": MANY, "max_requests": MANY}
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


def local(settings: StackSettings, role: str) -> Fragment:
    """The cluster of a sidecar's own service: its instances, asked for their health often, since one may take over."""
    bridge = role == topology.BRIDGE
    endpoints = [topology.pipe(path) for path in topology.service_sockets(settings, role)]
    checked = {"http_health_check": {"path": "/healthz"}} if bridge else {"grpc_health_check": {}}
    made = cluster(f"{role}-local", endpoints, protocol("http/1.1" if bridge else "h2"))
    # Health checks alone decide: of two instances one takes over, and both must stay in while it does.
    del made["outlier_detection"]
    # What is tried again here never reached the service, so it is no more load for it.
    made["circuit_breakers"] = {"thresholds": [{**_LIMITS, "max_retries": MANY}]}
    return {**made, "health_checks": [_health_check("0.5s") | checked]}


def outgoing(settings: StackSettings, caller: str, called: str) -> Fragment:
    """The cluster by which ``caller`` reaches the ingress of ``called``."""
    return {
        **cluster(f"{caller}-{called}", [topology.pipe(topology.ingress_socket(settings, called))], protocol("h2")),
        "transport_socket": tls.upstream(settings, caller, called, "h2"),
    }


def cluster(name: str, endpoints: list[Fragment], options: Fragment) -> Fragment:
    """A cluster of ``endpoints`` with bounds."""
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "2s",
        # What is found unhealthy isn't tried all the same, nor for the second by which Envoy puts such news off.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}, "update_merge_window": "0s"},
        # Of what is under way: when everything fails, 1.18 requests come of each (15 of 85).
        "circuit_breakers": {
            "thresholds": [{**_LIMITS, "retry_budget": {"budget_percent": {"value": 15}, "min_retry_concurrency": 1}}]
        },
        "outlier_detection": _OUTLIERS,
        "per_connection_buffer_limit_bytes": _WAITING,
        "typed_extension_protocol_options": {HTTP: options},
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}} for address in endpoints]}],
        },
    }


def protocol(name: str) -> Fragment:
    """The options of ``h2`` or ``http/1.1`` towards an endpoint."""
    if name == "http/1.1":
        return {"@type": f"type.googleapis.com/{HTTP}", "explicit_http_config": {"http_protocol_options": {}}}
    http2 = {
        "connection_keepalive": {"interval": "30s", "timeout": "10s"},
        "max_concurrent_streams": 1000,
        "initial_stream_window_size": _STREAM_WINDOW,
        "initial_connection_window_size": _CONNECTION_WINDOW,
        # WebSockets share connections, too (RFC 8441).
        "allow_connect": True,
    }
    return {"@type": f"type.googleapis.com/{HTTP}", "explicit_http_config": {"http2_protocol_options": http2}}


def _health_check(interval: str) -> Fragment:
    """An answer that it isn't serving counts at once; no answer does only when it comes three times."""
    return {
        "timeout": "5s",
        "interval": interval,
        "no_traffic_interval": interval,
        "unhealthy_interval": interval,
        "unhealthy_threshold": 3,
        "healthy_threshold": 1,
    }
