"""A server of every RPC whose handlers fail with a secret in hand, and the real edge in front of it."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import Message

from services.mesh.interceptors.chain import chain
from services.mesh.server import Server
from services.mesh.testing import KEYS, TokenAccess
from services.mesh.tokens import Verifier
from services.security.identity import wire
from stack.edge import read_contracts
from stack.settings import StackSettings, load
from tests.contracts.catalogue import Entry, entries
from tests.e2e.platform import Platform
from tests.stack.probe import edge, edge_ports

SECRET = "hunter2-from-the-innermost"
ROLES = ("core", "security", "intelligence")


class Planted(Exception):
    """What no caller may read."""


@dataclass
class Fault:
    """How the handlers fail: streams after this many records."""

    after: int = 0

    def register(self, server: grpc.aio.Server) -> None:
        """Adds every RPC of the contracts; all fail but the one that publishes the keys."""
        services: dict[str, dict[str, Any]] = {}
        for entry in entries():
            services.setdefault(entry.method.service, {})[entry.method.name] = self._handler(entry)
        handlers = [grpc.method_handlers_generic_handler(name, methods) for name, methods in services.items()]
        server.add_generic_rpc_handlers(tuple(handlers))

    def _handler(self, entry: Entry) -> Any:
        async def unary(_request: Message, _context: object) -> Message:
            if entry.method.name == "GetJsonWebKeySet":
                return wire.key_set(await KEYS.public_keys())
            raise _planted()

        async def stream(_request: Message, _context: object) -> AsyncIterator[Message]:
            for _ in range(self.after):
                yield entry.response()
            raise _planted()

        make: Any = (
            grpc.unary_stream_rpc_method_handler if entry.method.streams else grpc.unary_unary_rpc_method_handler
        )
        return make(stream if entry.method.streams else unary, entry.request.FromString, _serialized)


@asynccontextmanager
async def broken_platform(fault: Fault) -> AsyncIterator[Platform]:
    """The edge, and behind it servers in this process with all their layers, whose handlers fail."""
    home = Path(tempfile.mkdtemp(prefix="xorb-"))
    environment = {"XORB_HOME": str(home), **edge_ports()}
    # Nobody counts here: what must be counted would be refused before it reaches a handler.
    settings = load({**environment, "XORB_RATE_LIMITS": "off"})
    for folder in (settings.run, settings.logs):
        folder.mkdir(parents=True)
    servers = [_server(settings, role, fault) for role in ROLES]
    try:
        for server in servers:
            await server.start()
        async with (
            edge(settings, read_contracts(settings.root / "gen", _descriptors(settings))),
            grpc.aio.insecure_channel(f"127.0.0.1:{environment['XORB_GATEWAY_PORT']}") as channel,
        ):
            yield Platform({**environment, "XORB_RUN_DIRECTORY": str(settings.run)}, channel)
    finally:
        for server in servers:
            await server.stop()
        shutil.rmtree(home)


def _server(settings: StackSettings, role: str, fault: Fault) -> Server:
    address = f"unix:{settings.run / role}.sock"
    return Server(address, chain(Verifier(KEYS), None, TokenAccess()), fault.register, (), drain=timedelta(0))


def _descriptors(settings: StackSettings) -> Path:
    output = settings.home / "descriptors.binpb"
    command = [sys.executable, "-m", "stack.descriptors", str(output)]
    subprocess.run(command, cwd=settings.root, check=True, timeout=60)
    return output


def _planted() -> Exception:
    error = Planted(f"password {SECRET} in /etc/{SECRET}")
    error.__cause__ = ValueError(SECRET)
    return error


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()
