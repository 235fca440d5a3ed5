"""Envoy's rate-limit filters: each asks ``gateway/ratelimit`` about the descriptors of one stage of the routes.

What an attacker would repeat is in a stage of its own, because it must be refused where nobody can count it: when the
service can't (it answers UNAVAILABLE while Redis is away), and when the service itself isn't there. For everything
else the service has a way on without Redis, and to be without the service is better than to be without the platform.
"""

from typing import Any

from stack.settings import StackSettings

Fragment = dict[str, Any]

CLUSTER = "ratelimit"
"""The cluster, which has the name of its process."""

_API = "type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit"
_OPEN, _CLOSED = 0, 1
# Above what the service waits for Redis before it does without.
_PATIENCE = "0.5s"


def rate_limits(settings: StackSettings) -> list[Fragment]:
    """The filters; none where ``XORB_RATE_LIMITS`` is ``off``."""
    if settings.environment.get("XORB_RATE_LIMITS", "on").lower() == "off":
        return []
    return [_filter(_CLOSED), _filter(_OPEN)]


def _filter(stage: int) -> Fragment:
    return {
        "name": f"envoy.filters.http.ratelimit.{stage}",
        "typed_config": {
            "@type": _API,
            "domain": "xorb",
            "stage": stage,
            "timeout": _PATIENCE,
            "failure_mode_deny": stage == _CLOSED,
            "status_on_error": {"code": "ServiceUnavailable"},
            # For gRPC, where Envoy would say UNAVAILABLE, which clients repeat at once.
            "rate_limited_as_resource_exhausted": True,
            "disable_x_envoy_ratelimited_header": True,
            "rate_limit_service": {
                "transport_api_version": "V3",
                "grpc_service": {"envoy_grpc": {"cluster_name": CLUSTER}},
            },
        },
    }
