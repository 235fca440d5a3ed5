"""Envoy's configuration as a sidecar: ``envoy/sidecar.yaml`` with what contracts and this installation give."""

from collections.abc import Iterable
from typing import Any

from stack import templates
from stack.edge_replies import mesh_replies
from stack.mesh import clusters, policies, tls, topology
from stack.mesh.lifetime import certificate_seconds
from stack.mesh.policies import MeshContracts
from stack.settings import StackSettings

Fragment = dict[str, Any]

_ORIGIN = "envoy/sidecar.yaml"
_FILTERS = "type.googleapis.com/envoy.extensions.filters.http"
_NEVER_PROCESSED = "connect-failure,refused-stream"
_PER_TRY = "10s"
_ADMIN = ("/ready", "/stats", "/clusters", "/server_info", "/memory", "/certs")


def render(settings: StackSettings, contracts: MeshContracts, roles: Iterable[str]) -> Fragment:
    """The whole bootstrap configuration of the sidecar of ``roles``: of one in a cluster, of all in one process here.

    Raises:
        StackError: the template names a value that there is not.
    """
    template = templates.load(settings.root / "envoy" / "sidecar.yaml")
    called = [role for role in roles if role in topology.INGRESS]
    calling = [role for role in roles if role in topology.EGRESS]
    listeners = [
        *(templates.fill(template["ingress"], _ingress(settings, contracts, role), _ORIGIN) for role in called),
        *(templates.fill(template["egress"], _egress(settings, contracts, role), _ORIGIN) for role in calling),
    ]
    outgoing = [clusters.outgoing(settings, role, other) for role in calling for other in topology.EGRESS[role]]
    values = {
        "admin": topology.own_pipe(topology.admin_socket(settings)),
        "admin_paths": _admin_paths(settings),
        "runtime_layers": _runtime(settings),
        "listeners": listeners,
        "clusters": [*(clusters.local(settings, role) for role in called), *outgoing],
    }
    filled: Fragment = templates.fill(template["bootstrap"], values, _ORIGIN)
    return filled


def _ingress(settings: StackSettings, contracts: MeshContracts, role: str) -> Fragment:
    return {
        "name": f"{role}-ingress",
        "address": topology.own_pipe(topology.ingress_socket(settings, role)),
        "transport_socket": tls.downstream(settings, role, topology.callers(role), "h2"),
        "local_replies": mesh_replies(),
        "connection_duration": f"{certificate_seconds(settings)}s",
        "rules": policies.rules(settings, contracts, role),
        "faults": _faults(settings),
        "router": _router(),
        "cluster": f"{role}-local",
        "health_clusters": {f"{role}-local": {"value": 1}},
        "retry_never_processed": _elsewhere(),
    }


def _elsewhere() -> Fragment:
    """Retries of what never reached the service, by its other instance if there is one."""
    return {
        "retry_on": _NEVER_PROCESSED,
        "num_retries": 3,
        "retry_host_predicate": [{"name": "envoy.retry_host_predicates.previous_hosts", "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"}}],
        "host_selection_retry_max_attempts": 3,
    }  # fmt: skip


def _egress(settings: StackSettings, contracts: MeshContracts, role: str) -> Fragment:
    hosts = [_virtual_host(contracts, role, called) for called in topology.EGRESS[role]]
    return {
        "name": f"{role}-egress",
        "address": topology.own_pipe(topology.egress_socket(settings, role)),
        "local_replies": mesh_replies(),
        "router": _router(),
        "virtual_hosts": hosts,
    }


def _virtual_host(contracts: MeshContracts, caller: str, called: str) -> Fragment:
    """A role is called by its name as authority; only what contracts say is safe is tried again after an answer."""
    paths = policies.allowed(contracts, called).get(caller, [])
    safe = {"retry_on": f"{_NEVER_PROCESSED},unavailable", "num_retries": 1, "per_try_timeout": _PER_TRY}
    other = {"retry_on": _NEVER_PROCESSED, "num_retries": 2}
    routes = [({"path": path}, safe) for path in paths if path in contracts.retry_safe]
    action = {"cluster": f"{caller}-{called}", "timeout": "0s", "idle_timeout": "0s"}
    return {
        "name": called,
        "domains": [called],
        "routes": [
            {"match": match, "route": {**action, "retry_policy": policy}}
            for match, policy in [*routes, ({"prefix": "/"}, other)]
        ],
    }


def _router() -> Fragment:
    config = {"@type": f"{_FILTERS}.router.v3.Router", "suppress_envoy_headers": True}
    return {"name": "envoy.filters.http.router", "typed_config": config}


def _faults(settings: StackSettings) -> list[Fragment]:
    """The filter that fails calls as tests tell it by runtime keys ``fault.http.*``; none otherwise."""
    if not topology.faults(settings):
        return []
    none = {"numerator": 0, "denominator": "HUNDRED"}
    config = {
        "@type": f"{_FILTERS}.fault.v3.HTTPFault",
        "abort": {"grpc_status": 14, "percentage": none},
        "delay": {"fixed_delay": "1s", "percentage": none},
    }
    return [{"name": "envoy.filters.http.fault", "typed_config": config}]


def _admin_paths(settings: StackSettings) -> list[Fragment]:
    paths = [*_ADMIN, "/runtime_modify"] if topology.faults(settings) else _ADMIN
    return [{"prefix": path} for path in paths]


def _runtime(settings: StackSettings) -> list[Fragment]:
    return [{"name": "admin", "admin_layer": {}}] if topology.faults(settings) else []
