"""Envoy's rate-limit filters: guards in Envoy itself, then what ``gateway/ratelimit`` says.

The service is asked about the descriptors of one stage of the routes by each filter. What an attacker would repeat is
in a stage of its own, because it must be refused where nobody can count it: when the service can't (it answers
UNAVAILABLE while Redis is away), and when the service itself isn't there. For everything else the service has a way on
without Redis, and to be without the service is better than to be without the platform.

Nobody shall be able to bring that about by asking too much. The guards ask nobody, and come before all that costs:
they are far above the limits, and below what keeps the service from answering.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.ratelimit.limits import ADDRESS, Limit, LimitError
from stack.errors import StackError
from stack.settings import StackSettings

Fragment = dict[str, Any]

CLUSTER = "ratelimit"
"""The cluster, which has the name of its process."""

REFUSALS = "envoy.filters.http.ratelimit.refusals"
"""The filter that refuses what is known to be, and where it finds what a route limits."""

_API = "type.googleapis.com/envoy.extensions.filters.http"
_OPEN, _CLOSED = 0, 1
# Above what the service waits for Redis before it does without.
_PATIENCE = "0.5s"
_GUARD = "1000/second:2000"
_CALLERS = 10_000
_NO_LIMIT = 4_000_000_000
_SECOND = 1_000_000
_SHORTEST = 50_000
# What one subscriber has, as in gateway/ratelimit/demands.py.
_NETWORK = {"masked_remote_address": {"v4_prefix_mask_len": 32, "v6_prefix_mask_len": 64}}
_ALWAYS = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}


def rate_limits(settings: StackSettings) -> list[Fragment]:
    """The filters that ask the service; none where ``XORB_RATE_LIMITS`` is ``off``."""
    return [_service(_CLOSED), _service(_OPEN)] if _on(settings) else []


def refusals(settings: StackSettings) -> list[Fragment]:
    """The filter that refuses by itself what the service has just refused; right before those that ask."""
    if not _on(settings):
        return []
    source = (settings.root / "envoy" / "refusals.lua").read_text(encoding="utf-8")
    config = {"@type": f"{_API}.lua.v3.Lua", "default_source_code": {"inline_string": source}}
    return [{"name": REFUSALS, "typed_config": config}]


def told(routes: Sequence[Fragment]) -> list[Fragment]:
    """The routes, with what they limit in metadata as well, where ``envoy/refusals.lua`` reads it."""
    return [_told(route) for route in routes]


def _told(route: Fragment) -> Fragment:
    limits = route.get("route", {}).get("rate_limits", ())
    if not limits:
        return route
    actions = [action for limit in limits for action in limit["actions"]]
    classes = {action["generic_key"]["descriptor_value"] for action in actions if "generic_key" in action}
    [rate_class] = classes
    counted = dict(_subject(action) for action in actions if "generic_key" not in action)
    own = {**route.get("metadata", {}).get("filter_metadata", {}), REFUSALS: {"class": rate_class, **counted}}
    return {**route, "metadata": {"filter_metadata": own}}


def _subject(action: Fragment) -> tuple[str, str | bool]:
    if "remote_address" in action:
        return ADDRESS, True
    named = action["metadata"]
    return named["descriptor_key"], named["metadata_key"]["path"][-1]["key"]


def guards(settings: StackSettings) -> Mapping[str, list[Fragment]]:
    """The guard by address, and that by organization and account, which needs to know them.

    Raises:
        StackError: ``XORB_RATE_LIMIT_GUARD`` is no limit.
    """
    text = settings.environment.get("XORB_RATE_LIMIT_GUARD") or _GUARD
    try:
        limit = Limit.parse(text)
    except LimitError as error:
        raise StackError(f"XORB_RATE_LIMIT_GUARD: {error}") from None
    used = _on(settings) and not limit.unlimited
    return {
        "address_guard": [_guard("address", limit, [_NETWORK])] if used else [],
        "caller_guard": [_guard("caller", limit, [_claim("organization", "org"), _claim("user", "sub")])]
        if used
        else [],
    }


def _on(settings: StackSettings) -> bool:
    return settings.environment.get("XORB_RATE_LIMITS", "on").lower() != "off"


def _claim(key: str, claim: str) -> Fragment:
    """As in the generated routes (``tools/contracts/envoy.py``)."""
    path = [{"key": "claims"}, {"key": claim}]
    named = {"key": "envoy.filters.http.jwt_authn", "path": path}
    return {"metadata": {"descriptor_key": key, "metadata_key": named, "source": "DYNAMIC"}}


def _guard(name: str, limit: Limit, subjects: list[Fragment]) -> Fragment:
    keys = ["masked_remote_address" if one is _NETWORK else one["metadata"]["descriptor_key"] for one in subjects]
    return {
        "name": f"envoy.filters.http.local_ratelimit.{name}",
        "typed_config": {
            "@type": f"{_API}.local_ratelimit.v3.LocalRateLimit",
            "stat_prefix": f"guard_{name}",
            "filter_enabled": _ALWAYS,
            "filter_enforced": _ALWAYS,
            "rate_limits": [{"actions": [subject]} for subject in subjects],
            # An entry without a value stands for each value; of so many of them a bucket is kept.
            "descriptors": [{"entries": [{"key": key}], "token_bucket": _bucket(limit)} for key in keys],
            "max_dynamic_descriptors": _CALLERS,
            # Whoever has none of them isn't limited here.
            "always_consume_default_token_bucket": False,
            "token_bucket": {"max_tokens": _NO_LIMIT, "tokens_per_fill": _NO_LIMIT, "fill_interval": "1s"},
            "rate_limited_as_resource_exhausted": True,
            "response_headers_to_add": [{"header": {"key": "retry-after", "value": "1"}}],
        },
    }


def _bucket(limit: Limit) -> Fragment:
    """Envoy's token bucket of a limit; Envoy fills no more often than every 50 milliseconds."""
    if limit.interval >= _SHORTEST:
        fill = {"tokens_per_fill": 1, "fill_interval": f"{limit.interval / _SECOND:.6f}s"}
    else:
        fill = {"tokens_per_fill": round(_SECOND / limit.interval), "fill_interval": "1s"}
    return {"max_tokens": max(1, limit.burst), **fill}


def _service(stage: int) -> Fragment:
    return {
        "name": f"envoy.filters.http.ratelimit.{stage}",
        "typed_config": {
            "@type": f"{_API}.ratelimit.v3.RateLimit",
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
