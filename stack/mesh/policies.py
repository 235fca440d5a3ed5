"""Who may call what, for the sidecars: Envoy's RBAC, generated from the contracts' policies.

Source of the format: Envoy's v3 API, ``config.rbac.v3``. What no rule allows is refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stack import templates
from stack.mesh import topology
from stack.settings import StackSettings

Fragment = dict[str, Any]

HEALTH = "/healthz"
"""Where an ingress tells how its service is."""

_OF_ENVOY = {
    topology.RATE_LIMIT: "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit",
    topology.KEYS: "/envoy.service.auth.v3.Authorization/Check",
}
_EXCHANGE = "/xorb.security.v1.ApiKeysService/ExchangeApiKey"
_OF_CONTRACTS = f"spiffe://{topology.CONTRACTS_DOMAIN}/"


@dataclass(frozen=True)
class MeshContracts:
    """What of the mesh derives from the contracts.

    ``users`` are the methods of a plane that come with a user's token, ``services`` those that name their callers,
    by role; ``streaming`` and ``retry_safe`` are methods of any plane.
    """

    users: Mapping[str, Sequence[str]]
    services: Mapping[str, Mapping[str, Sequence[str]]]
    streaming: frozenset[str]
    retry_safe: frozenset[str]


def read_contracts(gen: Path) -> MeshContracts:
    """The fragments that the generator left in ``gen``.

    Raises:
        StackError: a file is missing.
    """
    planes = templates.load(gen / "envoy" / "mesh.yaml")["planes"]
    methods = templates.load(gen / "envoy" / "methods.yaml")
    return MeshContracts(
        users={plane: content["users"] for plane, content in planes.items()},
        services={
            plane: {identity.removeprefix(_OF_CONTRACTS): paths for identity, paths in content["services"].items()}
            for plane, content in planes.items()
        },
        streaming=frozenset(methods["streaming"]),
        retry_safe=frozenset(methods["retry_safe"]),
    )


def allowed(contracts: MeshContracts, role: str) -> dict[str, list[str]]:
    """For each caller of ``role``, the methods that it may call there; the bridge, which serves none, is left out."""
    if role in _OF_ENVOY:
        return {topology.EDGE: [_OF_ENVOY[role]]}
    users = contracts.users[role]
    granted: dict[str, list[str]] = {
        topology.EDGE: list(users),
        # It opens what browsers watch, with their tokens, and exchanges keys for tokens.
        topology.BRIDGE: [path for path in users if path in contracts.streaming or path == _EXCHANGE],
        **{caller: list(paths) for caller, paths in contracts.services[role].items()},
    }
    if role in topology.EGRESS.get(role, ()):
        # A plane's own services meet over gRPC, with the token of whom they act for.
        granted[role] = [*granted.get(role, ()), *users]
    return granted


def rules(settings: StackSettings, contracts: MeshContracts, role: str) -> Fragment:
    """The RBAC filter's ``rules`` of the ingress of ``role``."""
    if role == topology.BRIDGE:
        # Its paths are those of the WebSockets, which the edge has looked at; the token is looked at by the services.
        return _rules({"edge": _policy(settings, [topology.EDGE], [{"any": True}])})
    granted = {caller: paths for caller, paths in allowed(contracts, role).items() if paths}
    policies = {
        caller: _policy(settings, [caller], [_path(path) for path in paths]) for caller, paths in granted.items()
    }
    return _rules({**policies, "health": _policy(settings, topology.callers(role), [_path(HEALTH)])})


def _rules(policies: Fragment) -> Fragment:
    return {"action": "ALLOW", "policies": policies}


def _policy(settings: StackSettings, callers: Iterable[str], permissions: list[Fragment]) -> Fragment:
    names = [{"exact": topology.spiffe_id(settings, caller)} for caller in callers]
    return {
        "permissions": permissions,
        "principals": [{"authenticated": {"principal_name": name}} for name in names],
    }


def _path(path: str) -> Fragment:
    return {"url_path": {"path": {"exact": path}}}
