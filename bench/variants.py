"""Edges beside the platform's own, with fewer layers: what a layer costs is the difference between two of them."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from bench.platform import Platform
from stack import http
from stack.components.envoy import program
from stack.mesh.topology import service_sockets
from stack.ports import free_ports

Fragment = dict[str, Any]

JWT = ("envoy.filters.http.jwt_authn",)
"""The filter that verifies access tokens."""
RATE_LIMITS = ("envoy.filters.http.ratelimit", "envoy.filters.http.local_ratelimit")
"""The filters that ask how often somebody may call."""

_TLS = "edge_tls"


@asynccontextmanager
async def edge(platform: Platform, *, without: Sequence[str], past_sidecar: str = "") -> AsyncIterator[int]:
    """Runs one more Envoy with the platform's configuration, and gives its plain port.

    Args:
        platform: Whose edge it is like.
        without: Prefixes of the names of filters to leave out.
        past_sidecar: The role to whose own socket it goes, without TLS, in place of the role's sidecar.
    """
    port, admin = free_ports(2)
    rendered = json.loads((platform.settings.home / "envoy" / "envoy.json").read_text(encoding="utf-8"))
    config = _variant(rendered, port, admin, tuple(without))
    if past_sidecar:
        _past(config, past_sidecar, str(service_sockets(platform.settings, past_sidecar)[0]))
    path = platform.settings.home / "envoy" / f"variant-{port}.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    process = await _start(platform, path)
    try:
        await _ready(admin)
        yield port
    finally:
        process.terminate()
        await process.wait()


def _variant(rendered: Fragment, port: int, admin: int, without: tuple[str, ...]) -> Fragment:
    config = copy.deepcopy(rendered)
    config["admin"]["address"]["socket_address"]["port_value"] = admin
    resources = config["static_resources"]
    [listener] = [one for one in resources["listeners"] if one["name"] != _TLS]
    resources["listeners"] = [listener]
    listener["address"]["socket_address"]["port_value"] = port
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    manager["http_filters"] = [one for one in manager["http_filters"] if not one["name"].startswith(without)]
    # Sockets to the bridge have filters of their own, and none is opened here.
    manager.pop("upgrade_configs", None)
    return config


def _past(config: Fragment, role: str, path: str) -> None:
    [cluster] = [one for one in config["static_resources"]["clusters"] if one["name"] == role]
    del cluster["transport_socket"], cluster["health_checks"]
    [locality] = cluster["load_assignment"]["endpoints"]
    locality["lb_endpoints"] = [{"endpoint": {"address": {"pipe": {"path": path}}}}]


async def _start(platform: Platform, path: Path) -> asyncio.subprocess.Process:
    options = ("--disable-hot-restart", "--concurrency", "2", "--log-level", "error")
    return await asyncio.create_subprocess_exec(
        str(program()), "--config-path", str(path), *options,
        cwd=platform.settings.home, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def _ready(admin: int) -> None:
    async with asyncio.timeout(20):
        while not await _answers(admin):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)


async def _answers(admin: int) -> bool:
    try:
        return (await http.request(http.Address(port=admin), "GET", "/ready")).status == HTTPStatus.OK
    except OSError:
        return False
