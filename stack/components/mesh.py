"""The mesh in the embedded stack: whoever keeps certificates, and one Envoy as the sidecar of all services."""

import asyncio
import json
import sys
import time
from http import HTTPStatus

from stack import http
from stack.component import Component, MetricsSource
from stack.components.environment import make_directory, plain_environment
from stack.components.envoy import program
from stack.mesh import tls, topology
from stack.mesh.policies import read_contracts
from stack.mesh.render import render
from stack.mesh.store import STATE_FILE
from stack.secret_files import write_secret
from stack.settings import StackSettings

_TOLD = (
    "XORB_VAULT_PORT", "XORB_VAULT_ADDRESS", "XORB_VAULT_TOKEN", "XORB_MESH_TRUST_DOMAIN", "XORB_CERTIFICATE_SECONDS",
)  # fmt: skip


def certificates(settings: StackSettings) -> Component:
    """The process that keeps certificates; it is healthy as long as none is about to run out."""
    told = {name: settings.environment[name] for name in _TOLD if name in settings.environment}
    own = {"XORB_HOME": str(settings.home), "PYTHONPATH": str(settings.root), "PYTHONUNBUFFERED": "1"}
    return Component(
        name="certificates",
        command=(sys.executable, "-m", "stack.mesh", "certificates"),
        environment={**plain_environment(settings), **told, **own},
        directory=settings.root,
        needs=("openbao",),
        healthy=lambda: asyncio.to_thread(_none_runs_out, settings),
        prepare=lambda: asyncio.to_thread(_prepare_certificates, settings),
        check_every=2.0,
    )


def mesh(settings: StackSettings) -> Component:
    """The Envoy that is the sidecar of every service; its configuration is rendered anew at each start."""
    directory = settings.home / "envoy"
    ingress = [topology.ingress_socket(settings, role) for role in topology.INGRESS]
    egress = [topology.egress_socket(settings, role) for role in topology.EGRESS]
    admin = http.Address(socket=topology.admin_socket(settings))
    return Component(
        name="mesh",
        command=(
            str(program()), "--config-path", str(directory / "mesh.json"), "--disable-hot-restart",
            "--concurrency", "2", "--log-level", "warning",
            "--service-node", "mesh", "--service-cluster", "xorb",
        ),
        environment=plain_environment(settings),
        directory=settings.home,
        needs=("certificates",),
        healthy=lambda: _ready(admin),
        prepare=lambda: asyncio.to_thread(_prepare, settings),
        sockets=(*ingress, *egress, topology.admin_socket(settings)),
        metrics=MetricsSource(admin, "/stats/prometheus?usedonly"),
        grace=5,
    )  # fmt: skip


def _prepare_certificates(settings: StackSettings) -> None:
    make_directory(topology.certificates(settings))
    # What an earlier run left says nothing about this one.
    (topology.certificates(settings) / STATE_FILE).unlink(missing_ok=True)


def _none_runs_out(settings: StackSettings) -> bool:
    state = json.loads((topology.certificates(settings) / STATE_FILE).read_text(encoding="utf-8"))
    return state.keys() == set(topology.IDENTITIES) and all(one["alarm"] > time.time() for one in state.values())


def _prepare(settings: StackSettings) -> None:
    make_directory(settings.home / "envoy")
    tls.write_secrets(settings)
    roles = dict.fromkeys([*topology.INGRESS, *topology.EGRESS])
    configuration = render(settings, read_contracts(settings.root / "gen"), roles)
    write_secret(settings.home / "envoy" / "mesh.json", json.dumps(configuration, indent=1))


async def _ready(admin: http.Address) -> bool:
    return (await http.request(admin, "GET", "/ready")).status == HTTPStatus.OK
