"""Temporal's server with its state in one SQLite file."""

import asyncio
import sys
from pathlib import Path

import grpc
import grpc.aio

from stack.component import Component
from stack.components.environment import make_directory, plain_environment
from stack.grpc_health import serving
from stack.settings import StackSettings

_SERVICE = "temporal.api.workflowservice.v1.WorkflowService"
_DESCRIBE_DEFAULT = b"\x0a\x07default"
"""``DescribeNamespaceRequest{namespace: "default"}`` (temporal.api.workflowservice.v1) on the wire."""


def address(settings: StackSettings) -> str:
    """``host:port`` of the frontend."""
    return f"127.0.0.1:{settings.ports['XORB_TEMPORAL_PORT']}"


def temporal(settings: StackSettings) -> Component:
    """The Temporal server, without its web interface."""
    port = settings.port("XORB_TEMPORAL_PORT")
    directory = settings.home / "temporal"
    return Component(
        name="temporal",
        command=(
            str(Path(sys.executable).with_name("temporal")), "server", "start-dev", "--headless",
            "--db-filename", str(directory / "temporal.db"), "--ip", "127.0.0.1", "--port", str(port.number),
            "--log-level", "warn", "--log-format", "json",
        ),
        environment=plain_environment(settings) | {"HOME": str(directory)},
        directory=settings.home,
        ports=(port,),
        healthy=lambda: _healthy(settings),
        prepare=lambda: asyncio.to_thread(_prepare, directory),
    )  # fmt: skip


def _prepare(directory: Path) -> None:
    make_directory(directory)


async def _healthy(settings: StackSettings) -> bool:
    if not await serving(address(settings), _SERVICE):
        return False
    async with grpc.aio.insecure_channel(address(settings)) as channel:
        describe: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]
        describe = channel.unary_unary(f"/{_SERVICE}/DescribeNamespace")
        try:
            await describe(_DESCRIBE_DEFAULT, timeout=2)
        except grpc.aio.AioRpcError:
            return False
    return True
