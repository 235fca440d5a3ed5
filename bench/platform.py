"""The platform in a home of its own, for the length of a benchmark."""

import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.mesh.peers import HEADER
from stack.catalogue import BUILDERS
from stack.ports import free_ports
from stack.settings import DEFAULT_PORTS, StackSettings, load
from stack.stack import Stack
from stack.testing import describe


@dataclass(frozen=True)
class Platform:
    """Running components; `environment` is what a client of them needs."""

    settings: StackSettings
    environment: dict[str, str] = field(repr=False)
    stack: Stack

    @property
    def gateway(self) -> int:
        """Envoy's port."""
        return self.settings.port("XORB_GATEWAY_PORT").number

    @property
    def address(self) -> str:
        """Where the core process serves."""
        return f"unix:{self.settings.run}/core.sock"

    @property
    def pids(self) -> dict[str, int]:
        """The running components' processes, by name."""
        return {status.name: status.pid for status in self.stack.statuses if status.pid}


def told(role: str) -> tuple[tuple[str, str], ...]:
    """What its sidecar tells a process of calls of ``role``, for a client at the process's own socket."""
    return ((HEADER, f"URI=spiffe://xorb/{role}"),)


@contextlib.contextmanager
def home(**more: str) -> Iterator[StackSettings]:
    """Gives the settings of a stack in an empty home with free ports, and removes the home at the end.

    Args:
        more: Settings of a bench's own; without, nothing is rate limited. An `XORB_HOME` among them is used as it is,
            and kept.
    """
    directory = Path(more.get("XORB_HOME") or tempfile.mkdtemp(prefix="xorb-bench-"))
    chosen = {name: str(number) for name, number in zip(DEFAULT_PORTS, free_ports(len(DEFAULT_PORTS)), strict=True)}
    usual = {"XORB_HOME": str(directory), "XORB_LOG_LEVEL": "WARNING", "XORB_RATE_LIMITS": "off"}
    settings = load({**usual, **chosen, **more})
    try:
        yield settings
    finally:
        if "XORB_HOME" not in more:
            shutil.rmtree(directory, ignore_errors=True)
        shutil.rmtree(settings.run, ignore_errors=True)


@contextlib.asynccontextmanager
async def running(*names: str, settings: Mapping[str, str] | None = None) -> AsyncIterator[Platform]:
    """Boots these components, or the whole platform, and removes them with their state at the end.

    Args:
        names: The components.
        settings: As `home` takes them.
    """
    with home(**(settings or {})) as loaded:
        async with Stack(loaded, names or tuple(BUILDERS)) as stack:
            yield Platform(loaded, describe(loaded), stack)
