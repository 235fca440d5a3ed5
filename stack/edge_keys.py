"""Envoy's filter that has API keys exchanged for access tokens; requests without a key don't meet it."""

from typing import Any

Fragment = dict[str, Any]

CLUSTER = "keys"
"""The cluster of the bridge's process that exchanges keys."""

_TYPE = "type.googleapis.com/envoy"
# Above what the exchange itself waits for the security plane.
_PATIENCE = "6s"
_KEY = "Bearer xorb_"


def key_exchange() -> Fragment:
    """The filter, in front of the one that verifies tokens. It fails closed."""
    skip = {
        "name": "skip",
        "typed_config": {"@type": f"{_TYPE}.extensions.filters.common.matcher.action.v3.SkipFilter"},
    }
    header = {
        "name": "authorization",
        "typed_config": {
            "@type": f"{_TYPE}.type.matcher.v3.HttpRequestHeaderMatchInput",
            "header_name": "authorization",
        },
    }
    key = {"single_predicate": {"input": header, "value_match": {"prefix": _KEY, "ignore_case": True}}}
    return {
        "name": "xorb.keys",
        "typed_config": {
            "@type": f"{_TYPE}.extensions.common.matching.v3.ExtensionWithMatcher",
            "extension_config": {"name": "envoy.filters.http.ext_authz", "typed_config": _exchange()},
            "xds_matcher": {
                "matcher_list": {"matchers": [{"predicate": {"not_matcher": key}, "on_match": {"action": skip}}]}
            },
        },
    }


def _exchange() -> Fragment:
    return {
        "@type": f"{_TYPE}.extensions.filters.http.ext_authz.v3.ExtAuthz",
        "transport_api_version": "V3",
        "grpc_service": {"envoy_grpc": {"cluster_name": CLUSTER}, "timeout": _PATIENCE},
        "failure_mode_allow": False,
        "status_on_error": {"code": "ServiceUnavailable"},
        # Nothing else of the request is anybody's business there.
        "allowed_headers": {"patterns": [{"exact": "authorization"}]},
    }
