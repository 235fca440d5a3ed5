"""Envoy's share of the contracts, under `gen/envoy`: fragments that the edge's bootstrap includes.

Sources of the formats: Envoy's v3 API, `config.route.v3.Route`, `config.route.v3.RateLimit` and
`extensions.filters.http.jwt_authn.v3.RequirementRule`.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from tools.contracts.bodies import LARGEST, SMALLEST, Sizes
from tools.contracts.model import Binding, Contracts, Method, Policy
from tools.contracts.paths import PathTemplate

Fragment = dict[str, Any]

PROVIDER = "xorb"
"""The name of the JWT provider that the rules require."""
CLAIMS = "claims"
"""The provider's `payload_in_metadata`: where rate limits find organization and account."""

PATIENCE_SECONDS = 62
"""How long the edge waits for an answer: longer than services take, which say themselves that it took too long."""

_JWT_FILTER = "envoy.filters.http.jwt_authn"
_TRANSCODER_FILTER = "envoy.filters.http.grpc_json_transcoder"
_FAILS_CLOSED = "SIGN_IN"
# Stages of Envoy's rate limits (`stack/edge_limits.py`): the edge refuses those of 1 where nobody can count them.
_CLOSED_STAGE = {"stage": 1}
_NEVER_PROCESSED = "connect-failure,refused-stream"


def generate(contracts: Contracts, output: Path) -> None:
    """Writes the fragments into `output`, an empty folder."""
    for name, content in fragments(contracts).items():
        text = yaml.safe_dump(content, sort_keys=False, width=110)
        (output / f"{name}.yaml").write_text(f"# Generated from the contracts; don't edit.\n{text}")


def fragments(contracts: Contracts) -> dict[str, Fragment]:
    """Returns each fragment by its file's name without extension."""
    methods = [method for method in contracts.methods if not method.internal]
    internal = sorted({method.service for method in contracts.methods if method.internal})
    return {
        "transcoder": {"services": sorted({method.service for method in methods if method.bindings})},
        "jwt_rules": {"provider": PROVIDER, "payload_in_metadata": CLAIMS, "rules": _jwt_rules(methods)},
        "rate_limits": _rate_limits(methods),
        "routes": {
            "websocket_routes": [_websocket_route(m, binding) for m in methods if m.streams for binding in m.bindings],
            "routes": [*map(_denial, internal), *map(_route, methods)],
        },
        "bodies": _bodies(contracts, methods),
        "methods": {
            "retry_safe": sorted(method.grpc_path for method in methods if _retry_safe(method)),
            "streaming": sorted(method.grpc_path for method in methods if method.streams),
        },
        "mesh": {"planes": {plane: _plane(contracts, plane) for plane in sorted({m.plane for m in methods})}},
    }


def _plane(contracts: Contracts, plane: str) -> Fragment:
    """What sidecars know of a plane's methods: those with a caller's own token, and those of services by identity."""
    methods = sorted((m for m in contracts.methods if m.plane == plane), key=lambda method: method.grpc_path)
    internal = [method for method in methods if method.internal]
    identities = sorted({identity for method in internal for identity in _policy(method).spiffe_ids})
    return {
        "users": [method.grpc_path for method in methods if not method.internal],
        "services": {
            identity: [method.grpc_path for method in internal if identity in _policy(method).spiffe_ids]
            for identity in identities
        },
    }


def _bodies(contracts: Contracts, methods: Sequence[Method]) -> Fragment:
    """The limit of all bodies, that of any, the methods without one, and those that take more than all do."""
    sizes = Sizes(contracts)
    bound = [(method, binding) for method in methods for binding in method.bindings]
    streamed = [{"match": _rest_match(binding)} for method, binding in bound if sizes.streamed(method, binding)]
    found = [(binding, sizes.body(method, binding)) for method, binding in bound if not sizes.streamed(method, binding)]
    larger = [{"match": _rest_match(binding), "bytes": size} for binding, size in found if size > SMALLEST]
    return {"bytes": SMALLEST, "most": LARGEST, "streamed": streamed, "larger": larger}


def _retry_safe(method: Method) -> bool:
    return not method.streams and bool(method.bindings) and all(one.verb == "get" for one in method.bindings)


def _jwt_rules(methods: Sequence[Method]) -> list[Fragment]:
    """The first match counts: WebSockets, public methods, then a token for everything else."""
    websockets = [
        {"match": _websocket_match(binding), "requires": _optional_token()}
        for method in methods if method.streams for binding in method.bindings
    ]  # fmt: skip
    public = [
        {"match": match} for method in methods if _policy(method).caller == "public" for match in _all_matches(method)
    ]
    guarded = [{"match": {"prefix": prefix}, "requires": {"provider_name": PROVIDER}} for prefix in _prefixes(methods)]
    return [*websockets, *public, *guarded]


def _optional_token() -> Fragment:
    """Browsers can't set headers on a WebSocket: there the bridge takes the token and verifies it."""
    return {"requires_any": {"requirements": [{"provider_name": PROVIDER}, {"allow_missing": {}}]}}


def _prefixes(methods: Iterable[Method]) -> list[str]:
    guarded = [method for method in methods if _policy(method).caller != "public"]
    rest = {f"/{binding.path.split('/')[1]}/" for method in guarded for binding in method.bindings}
    return sorted({f"/{method.service}/" for method in methods} | rest)


def _policy(method: Method) -> Policy:
    """Returns the policy, which the contract tests prove to be there; without one, nobody may call."""
    return method.policy or Policy.of({"internal": {}})


def _all_matches(method: Method) -> list[Fragment]:
    return [{"path": method.grpc_path}, *(_rest_match(binding) for binding in method.bindings)]


def _rest_match(binding: Binding) -> Fragment:
    template = PathTemplate.parse(binding.path)
    path: Fragment = {"path": binding.path} if template.literal else {"safe_regex": {"regex": template.regex}}
    return {**path, "headers": [{"name": ":method", "string_match": {"exact": binding.verb.upper()}}]}


def _websocket_match(binding: Binding) -> Fragment:
    template = PathTemplate.parse(binding.path)
    path: Fragment = {"path": binding.path} if template.literal else {"safe_regex": {"regex": template.regex}}
    return {
        **path,
        "headers": [{"name": "upgrade", "string_match": {"exact": "websocket", "ignore_case": True}}],
    }


def _rate_limits(methods: Sequence[Method]) -> Fragment:
    classes = sorted({_policy(method).rate_class for method in methods})
    return {
        "domain": "xorb",
        "classes": {name: {"signed_in": _signed_in_limits(name), "public": _address_limits(name)} for name in classes},
        "methods": {method.grpc_path: _policy(method).rate_class for method in methods},
    }


def _limits(method: Method) -> list[Fragment]:
    policy = _policy(method)
    return (_address_limits if policy.caller == "public" else _signed_in_limits)(policy.rate_class)


def _class(name: str) -> Fragment:
    return {"generic_key": {"descriptor_key": "class", "descriptor_value": name}}


def _address_limits(name: str) -> list[Fragment]:
    return [_limit(name, {"remote_address": {}})]


def _signed_in_limits(name: str) -> list[Fragment]:
    return [_limit(name, _claim("organization", "org")), _limit(name, _claim("user", "sub"))]


def _limit(name: str, subject: Fragment) -> Fragment:
    return {"actions": [_class(name), subject], **(_CLOSED_STAGE if name == _FAILS_CLOSED else {})}


def _claim(key: str, claim: str) -> Fragment:
    """A claim of the verified token; where it is missing or empty, Envoy leaves the whole descriptor out."""
    path = [{"key": CLAIMS}, {"key": claim}]
    return {
        "metadata": {
            "descriptor_key": key,
            "metadata_key": {"key": _JWT_FILTER, "path": path},
            "source": "DYNAMIC",
        }
    }


def _denial(service: str) -> Fragment:
    return {"match": {"prefix": f"/{service}/"}, "direct_response": {"status": 404}}


def _route(method: Method) -> Fragment:
    safe = _retry_safe(method)
    action: Fragment = {
        "cluster": method.plane,
        "rate_limits": _limits(method),
        "retry_policy": {
            "retry_on": f"{_NEVER_PROCESSED},unavailable" if safe else _NEVER_PROCESSED,
            "num_retries": 2,
        },
    }
    action |= {"timeout": "0s", "idle_timeout": "0s"} if method.streams else {"timeout": f"{PATIENCE_SECONDS}s"}
    return {"match": {"path": method.grpc_path}, "route": action}


def _websocket_route(method: Method, binding: Binding) -> Fragment:
    limits = [*_address_limits(_policy(method).rate_class), *_signed_in_limits(_policy(method).rate_class)]
    return {
        "match": _websocket_match(binding),
        "route": {
            "cluster": "bridge",
            "rate_limits": limits,
            "timeout": "0s",
            "idle_timeout": "0s",
            "upgrade_configs": [{"upgrade_type": "websocket"}],
        },
        "typed_per_filter_config": {
            _TRANSCODER_FILTER: {
                "@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig",
                "disabled": True,
            }
        },
    }
