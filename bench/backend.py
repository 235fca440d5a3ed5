"""The platform with a core process that a benchmark can swap for another server behind the same Envoy."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.message import Message

from bench.platform import Platform, home
from services.mesh import sockets
from stack.components.processes import process_environment
from stack.grpc_health import serving
from stack.stack import Stack
from stack.testing import describe

_AROUND = (
    "postgres",
    "valkey",
    "openbao",
    "temporal",
    "migrate",
    "security",
    "ratelimit",
    "certificates",
    "mesh",
    "envoy",
)


@dataclass(frozen=True)
class Backend(Platform):
    """Everything but the core process, which a benchmark starts when it needs it."""

    def on_the_way(self, core: asyncio.subprocess.Process) -> dict[str, int]:
        """Returns the processes that a read goes through, by name."""
        return {
            "core": core.pid,
            **{name: pid for name, pid in self.pids.items() if name in {"envoy", "mesh", "postgres"}},
        }

    @asynccontextmanager
    async def core(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """Runs the real core process."""
        async with self._process([sys.executable, "-m", "services", "core"]) as process:
            await self._answers()
            yield process

    @asynccontextmanager
    async def empty(self, method: str, answer: Message) -> AsyncIterator[asyncio.subprocess.Process]:
        """Runs `bench.empty` in place of the core process, with one method of the findings service."""
        path = self.settings.home / "answer.binpb"
        path.write_bytes(answer.SerializeToString())
        async with self._process([sys.executable, "-m", "bench.empty", self.address, method, str(path)]) as process:
            await self._answers()
            yield process

    async def _answers(self) -> None:
        while not await _healthy(self.address):  # noqa: ASYNC110 - the event is in another process
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def _process(self, command: Sequence[str]) -> AsyncIterator[asyncio.subprocess.Process]:
        environment = process_environment(self.settings, "core")
        sockets.remove(Path(self.address.removeprefix("unix:")))
        with (self.settings.logs / "bench-core.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *command, env=environment, cwd=self.settings.root, stdout=log, stderr=log
            )
        try:
            yield process
        finally:
            process.kill()
            await process.wait()


@asynccontextmanager
async def backend(settings: Mapping[str, str] | None = None) -> AsyncIterator[Backend]:
    """Boots everything but the core process, in a home of its own, and removes it at the end.

    Args:
        settings: As `home` takes them.
    """
    with home(**(settings or {})) as loaded:
        # Its environment takes the secrets that a first start makes, so the core process comes up once beforehand.
        async with Stack(loaded, (*_AROUND, "core")):
            pass
        async with Stack(loaded, _AROUND) as stack:
            yield Backend(loaded, describe(loaded), stack)


async def _healthy(address: str) -> bool:
    try:
        return await serving(address)
    except Exception:  # noqa: BLE001 - not there yet, for whatever reason
        return False
