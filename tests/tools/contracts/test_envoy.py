"""Envoy itself accepts the fragments, and what they let through is what the policies say."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from services.mesh.interceptors.deadline import LONGEST_SECONDS
from tools.contracts.descriptors import IMAGE
from tools.contracts.envoy import CLAIMS, PATIENCE_SECONDS, PROVIDER, fragments
from tools.contracts.model import Contracts

_FILTERS = "type.googleapis.com/envoy.extensions.filters.http"
_MANAGER = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
_ENVOY = Path(sys.executable).with_name("envoy")


@pytest.fixture(scope="module")
def made(contracts: Contracts) -> dict[str, Any]:
    return fragments(contracts)


def _key_set() -> str:
    public = Ed25519PrivateKey.generate().public_key()
    return json.dumps({"keys": [{**OKPAlgorithm.to_jwk(public, as_dict=True), "kid": "test", "alg": "EdDSA"}]})


def _validate(config: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "envoy.json").write_text(json.dumps(config))
    command = [str(_ENVOY), "--mode", "validate", "-c", str(folder / "envoy.json")]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def _bootstrap(made: dict[str, Any]) -> dict[str, Any]:
    provider = {
        "issuer": "xorb",
        "payload_in_metadata": CLAIMS,
        "local_jwks": {"inline_string": _key_set()},
    }
    filters = [
        ("envoy.filters.http.jwt_authn", "jwt_authn.v3.JwtAuthentication", {
            "providers": {PROVIDER: provider}, "rules": made["jwt_rules"]["rules"],
        }),
        ("envoy.filters.http.grpc_json_transcoder", "grpc_json_transcoder.v3.GrpcJsonTranscoder", {
            "proto_descriptor": str(IMAGE), **made["transcoder"],
        }),
        ("envoy.filters.http.router", "router.v3.Router", {}),
    ]  # fmt: skip
    routes = [*made["routes"]["websocket_routes"], *made["routes"]["routes"]]
    manager = {
        "@type": _MANAGER,
        "stat_prefix": "edge",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
        "http_filters": [
            {"name": name, "typed_config": {"@type": f"{_FILTERS}.{kind}", **config}} for name, kind, config in filters
        ],
    }
    listener = {
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": 1}},
        "filter_chains": [{"filters": [
            {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager},
        ]}],
    }  # fmt: skip
    clusters = [{"name": name, "connect_timeout": "1s"} for name in ("core", "security", "intelligence", "bridge")]
    return {"static_resources": {"listeners": [listener], "clusters": clusters}}


def test_envoy_accepts_every_fragment(made: dict[str, Any], tmp_path: Path) -> None:
    result = _validate(_bootstrap(made), tmp_path)
    assert result.returncode == 0, result.stderr


def test_envoy_refuses_a_fragment_that_is_wrong(made: dict[str, Any], tmp_path: Path) -> None:
    wrong = {
        **made,
        "jwt_rules": {"rules": [{"match": {"prefix": "/"}, "requires": {"provider_name": "nobody"}}]},
    }
    result = _validate(_bootstrap(wrong), tmp_path)
    assert result.returncode != 0
    assert "nobody" in result.stderr


def _requirement(rules: list[dict[str, Any]], path: str, **headers: str) -> object:
    """What the first matching rule requires, as Envoy would decide."""
    for rule in rules:
        match = rule["match"]
        same_path = (
            path == match["path"] if "path" in match
            else re.fullmatch(match["safe_regex"]["regex"], path) if "safe_regex" in match
            else path.startswith(match["prefix"])
        )  # fmt: skip
        wanted = {one["name"]: one["string_match"]["exact"] for one in match.get("headers", ())}
        if same_path and wanted.items() <= headers.items():
            return rule.get("requires")
    return "no rule"


def test_every_method_but_the_public_ones_needs_a_token(made: dict[str, Any], contracts: Contracts) -> None:
    rules = made["jwt_rules"]["rules"]
    for method in contracts.methods:
        assert method.policy is not None
        if method.internal:
            continue
        expected = None if method.policy.caller == "public" else {"provider_name": PROVIDER}
        assert _requirement(rules, method.grpc_path) == expected, method.grpc_path
        for binding in method.bindings:
            path = re.sub(r"\{[^=}]+=([^}]*)\}", r"\1", binding.path).replace("*", "x")
            assert _requirement(rules, path, **{":method": binding.verb.upper()}) == expected, path


@pytest.mark.parametrize(
    "path",
    [
        "/v1/unheard-of",
        "/v1/sessions:sign-in/",
        "/v1/sessions%3Asign-in",
        "/xorb.core.v1.TargetsService/Unheard",
    ],
)
def test_what_no_contract_names_needs_a_token(made: dict[str, Any], path: str) -> None:
    assert _requirement(made["jwt_rules"]["rules"], path) == {"provider_name": PROVIDER}


def test_a_public_path_is_public_for_its_own_verb_only(made: dict[str, Any]) -> None:
    rules = made["jwt_rules"]["rules"]
    assert _requirement(rules, "/v1/sessions:sign-in", **{":method": "POST"}) is None
    assert _requirement(rules, "/v1/sessions:sign-in", **{":method": "GET"}) == {"provider_name": PROVIDER}


def test_internal_services_are_denied_and_never_transcoded(made: dict[str, Any], contracts: Contracts) -> None:
    internal = {method.service for method in contracts.methods if method.internal}
    routes = made["routes"]["routes"]
    denied = {route["match"]["prefix"] for route in routes if "direct_response" in route}
    assert internal
    assert denied == {f"/{service}/" for service in internal}
    assert not internal & set(made["transcoder"]["services"])
    assert not [one for one in routes if one["match"].get("path", "/ /").split("/")[1] in internal]


def test_every_reachable_method_has_one_route_with_its_rate_class(made: dict[str, Any], contracts: Contracts) -> None:
    routes = {one["match"]["path"]: one["route"] for one in made["routes"]["routes"] if "route" in one}
    reachable = [method for method in contracts.methods if not method.internal]
    assert list(routes) == [method.grpc_path for method in reachable]
    for method in reachable:
        route = routes[method.grpc_path]
        assert method.policy is not None
        values = {
            action["generic_key"]["descriptor_value"]
            for limit in route["rate_limits"]
            for action in limit["actions"]
            if "generic_key" in action
        }
        assert values == {method.policy.rate_class}
        assert route["cluster"] == method.plane
        assert route["timeout"] == ("0s" if method.streams else f"{PATIENCE_SECONDS}s")
    # It's the service that says that a call took too long.
    assert PATIENCE_SECONDS > LONGEST_SECONDS


def test_only_reads_are_retried_after_the_server_may_have_acted(made: dict[str, Any]) -> None:
    safe = set(made["methods"]["retry_safe"])
    for route in made["routes"]["routes"]:
        if "route" in route:
            retried = "unavailable" in route["route"]["retry_policy"]["retry_on"]
            assert retried == (route["match"]["path"] in safe)
    assert "/xorb.core.v1.TargetsService/GetTarget" in safe
    assert "/xorb.core.v1.TargetsService/CreateTarget" not in safe
