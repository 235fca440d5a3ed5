"""Envoy's configuration: ``envoy/edge.yaml`` with addresses of this installation and what contracts give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.bridge import origins
from stack import templates
from stack.edge_bodies import lua_tables
from stack.edge_bounds import bounds, socket_options
from stack.edge_clusters import GRPC_PROCESSES, NOWHERE, clusters
from stack.edge_headers import page_policy, request_mutations, response_mutations
from stack.edge_keys import key_exchange
from stack.edge_limits import guards, rate_limits, refusals, told
from stack.edge_replies import local_replies
from stack.edge_tls import secured
from stack.settings import StackSettings

Fragment = dict[str, Any]

_TYPE = "type.googleapis.com/envoy."
_OWN_PAGES = {
    "/openapi.json": ("openapi.json", "application/json"),
    "/docs": ("reference.html", "text/html; charset=utf-8"),
}
_EXPOSED = (
    "grpc-status", "grpc-message", "grpc-status-details-bin", "x-request-id",
    "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "retry-after",
)  # fmt: skip


@dataclass(frozen=True)
class EdgeContracts:
    """What of the edge derives from the contracts.

    ``services`` are transcoded; ``jwt_rules`` and ``bodies`` are the generated files of those names; ``routes`` and
    ``websocket_routes`` are Envoy routes; ``descriptors`` is a serialised ``FileDescriptorSet``; ``pages`` is the
    folder of the OpenAPI document and the reference page, either of which may be missing.
    """

    services: Sequence[str]
    jwt_rules: Mapping[str, Any]
    routes: Sequence[Fragment]
    websocket_routes: Sequence[Fragment]
    bodies: Mapping[str, Any]
    descriptors: Path
    pages: Path


def read_contracts(gen: Path, descriptors: Path) -> EdgeContracts:
    """The fragments that the generator left in ``gen``.

    Raises:
        StackError: a file is missing.
    """
    routes = templates.load(gen / "envoy" / "routes.yaml")
    return EdgeContracts(
        services=templates.load(gen / "envoy" / "transcoder.yaml")["services"],
        jwt_rules=templates.load(gen / "envoy" / "jwt_rules.yaml"),
        routes=routes["routes"],
        websocket_routes=routes["websocket_routes"],
        bodies=templates.load(gen / "envoy" / "bodies.yaml"),
        descriptors=descriptors,
        pages=gen / "openapi",
    )


def render(settings: StackSettings, contracts: EdgeContracts) -> Fragment:
    """The whole bootstrap configuration.

    Raises:
        StackError: the template names a value that there is not.
    """
    template = templates.load(settings.root / "envoy" / "edge.yaml")
    filled: Fragment = templates.fill(template, _values(settings, contracts), "envoy/edge.yaml")
    [plain] = filled["static_resources"]["listeners"]
    filled["static_resources"]["listeners"] = [plain, secured(plain, settings)]
    return filled


def _values(settings: StackSettings, contracts: EdgeContracts) -> Fragment:
    provider = contracts.jwt_rules["provider"]
    return {
        "admin_port": settings.ports["XORB_ENVOY_ADMIN_PORT"],
        "gateway_port": settings.ports["XORB_GATEWAY_PORT"],
        "maximum_body": contracts.bodies["most"],
        **bounds(settings).values(),
        "socket_options": socket_options(),
        "router": _router(),
        "rate_limits": [*refusals(settings), *rate_limits(settings)],
        **guards(settings),
        "key_exchange": key_exchange(),
        "local_replies": local_replies(),
        "request_mutations": request_mutations(),
        "response_mutations": response_mutations(),
        "health_clusters": {name: {"value": 100} for name in GRPC_PROCESSES},
        "jwt_providers": {provider: _jwt_provider(settings, contracts.jwt_rules["payload_in_metadata"])},
        "jwt_rules": contracts.jwt_rules["rules"],
        "descriptors": str(contracts.descriptors),
        "services": list(contracts.services),
        "lua": _lua(settings, contracts),
        "cors": _cors(settings),
        "routes": [
            *told(contracts.websocket_routes),
            *_pages(contracts.pages),
            *told(contracts.routes),
            *_rest(contracts.bodies),
        ],
        "clusters": clusters(settings),
    }


def _lua(settings: StackSettings, contracts: EdgeContracts) -> str:
    tables = lua_tables(contracts.descriptors, contracts.services)
    return tables + (settings.root / "envoy" / "edge.lua").read_text(encoding="utf-8")


def _router() -> Fragment:
    return {
        "name": "envoy.filters.http.router",
        "typed_config": {
            "@type": f"{_TYPE}extensions.filters.http.router.v3.Router",
            "suppress_envoy_headers": True,
        },
    }


def _jwt_provider(settings: StackSettings, claims: str) -> Fragment:
    return {
        "issuer": "xorb",
        "audiences": ["xorb-api"],
        "forward": True,
        "payload_in_metadata": claims,
        "clock_skew_seconds": 5,
        # A token is verified once by each worker, and its times at each request. The keys it was verified by may be
        # withdrawn meanwhile: services verify each token themselves, and know of sessions that have ended.
        "jwt_cache_config": {"jwt_cache_size": 1000},
        # Without this a token in the query would count too, and end up in logs.
        "from_headers": [{"name": "authorization", "value_prefix": "Bearer "}],
        "remote_jwks": {
            "http_uri": {"uri": "http://edge/.well-known/jwks.json", "cluster": "edge", "timeout": "3s"},
            # Well below the time for which a new key is published before it signs.
            "cache_duration": f"{settings.environment.get('XORB_JWKS_SECONDS') or 60}s",
            "async_fetch": {"fast_listener": True, "failed_refetch_duration": "0.5s"},
        },
    }


def _cors(settings: StackSettings) -> Fragment:
    allowed = settings.environment.get("XORB_ALLOWED_ORIGINS") or origins.DEFAULT
    return {
        "@type": f"{_TYPE}extensions.filters.http.cors.v3.CorsPolicy",
        "allow_origin_string_match": [{"safe_regex": {"regex": allowed}}],
        "allow_methods": "GET, POST, PATCH, PUT, DELETE",
        "allow_headers": "authorization, content-type, x-grpc-web, x-user-agent, grpc-timeout, traceparent, x-session",
        # Of browsers' sessions, which are in a cookie.
        "allow_credentials": True,
        "expose_headers": ", ".join(_EXPOSED),
        "max_age": "600",
    }


def _rest(bodies: Mapping[str, Any]) -> list[Fragment]:
    """What a REST request meets before it is transcoded: CORS and room for its body, but no service.

    A direct response would have neither; the cluster is empty, and the transcoder refuses what it does not know.
    """
    streamed = [_passage(each["match"], bodies["bytes"]) for each in bodies["streamed"]]
    larger = [_room(each["match"], each["bytes"]) for each in bodies["larger"]]
    return [*streamed, *larger, _room({"prefix": "/"}, bodies["bytes"])]


def _passage(match: Fragment, size: int) -> Fragment:
    """Room for what waits of a body of any length, which passes piece by piece: the service says how long it may be."""
    room = _room(match, size)
    del room["metadata"]
    return room


def _room(match: Fragment, size: int) -> Fragment:
    grpc = {"name": "content-type", "string_match": {"prefix": "application/grpc"}, "invert_match": True}
    headers = [*match.get("headers", ()), grpc | {"treat_missing_header_as_empty": True}]
    return {
        "match": {**match, "headers": headers},
        "route": {"cluster": NOWHERE, "timeout": "0s"},
        "request_body_buffer_limit": size,
        # For envoy/edge.lua, which refuses what says that it is larger before it is sent.
        "metadata": {"filter_metadata": {"envoy.filters.http.lua": {"maximum_body": size}}},
    }


def _pages(folder: Path) -> list[Fragment]:
    return [
        _page(path, folder / file, content_type)
        for path, (file, content_type) in _OWN_PAGES.items()
        if (folder / file).is_file()
    ]


def _page(path: str, file: Path, content_type: str) -> Fragment:
    off = {"@type": f"{_TYPE}config.route.v3.FilterConfig", "disabled": True}
    headers = {"content-type": content_type}
    if content_type.startswith("text/html"):
        headers["content-security-policy"] = page_policy(file)
    return {
        "match": {"path": path, "headers": [{"name": ":method", "string_match": {"exact": "GET"}}]},
        "direct_response": {"status": 200, "body": {"filename": str(file)}},
        "response_headers_to_add": [
            {"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
            for key, value in headers.items()
        ],
        "typed_per_filter_config": {"envoy.filters.http.grpc_json_transcoder": off},
    }
