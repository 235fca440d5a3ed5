"""The platform as its users meet it, at the edge; and its processes, as a fault meets them."""

import os
import signal
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc.aio
import psutil
from temporalio.client import Client

from services.mesh.tokens import Issuer, ServiceIdentity, mesh_name
from services.mesh.vault import Transit, mesh_key
from stack import http, status
from stack.demo_target import Weakness, ground_truth
from stack.polling import until
from stack.status import ComponentStatus, State
from tests.e2e import sidecars

_RESTART_SECONDS = 90


@dataclass(frozen=True)
class Platform:
    """A running platform.

    Args:
        environment: The settings to reach it, as `stack.testing.describe` gives them.
        channel: gRPC at the edge.
    """

    environment: Mapping[str, str] = field(repr=False)
    channel: grpc.aio.Channel

    @property
    def address(self) -> str:
        """Host and port of the edge."""
        return f"127.0.0.1:{self.environment['XORB_GATEWAY_PORT']}"

    @property
    def home(self) -> Path:
        """The folder of its state."""
        return Path(self.environment["XORB_HOME"])

    @property
    def run(self) -> Path:
        """The folder of its sockets."""
        return Path(self.environment["XORB_RUN_DIRECTORY"])

    @property
    def demo_ports(self) -> tuple[int, int, int]:
        """The demo target's ports: HTTP, HTTPS, banner."""
        http_port, https_port, banner_port = (
            int(self.environment[f"XORB_DEMO_{kind}_PORT"]) for kind in ("HTTP", "HTTPS", "BANNER")
        )
        return http_port, https_port, banner_port

    @property
    def weaknesses(self) -> tuple[Weakness, ...]:
        """What a scan of the demo target finds, and nothing else."""
        return ground_truth(*self.demo_ports)

    async def rest(
        self, method: str, path: str, body: object = None, *, token: str = "", seconds: float = 60
    ) -> http.Response:
        """The response to a REST request."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        where = http.Address(port=int(self.environment["XORB_GATEWAY_PORT"]))
        return await http.request(where, method, path, body=body, headers=headers, seconds=seconds)

    def direct(self, role: str, identity: str = "edge") -> grpc.aio.Channel:
        """A channel to a process's own socket, past the edge, as its sidecar would open it for ``identity``."""
        return sidecars.channel(f"unix:{self.run / role}.sock", identity)

    async def temporal(self) -> Client:
        """A client of its Temporal."""
        return await Client.connect(self.environment["XORB_TEMPORAL_ADDRESS"])

    async def service_token(self, role: str) -> str:
        """The token that a process shows to other processes."""
        token = (self.home / "secrets" / f"vault_token_{role}").read_text(encoding="utf-8")
        keys = Transit.connect(self.environment["XORB_VAULT_ADDRESS"], token, mesh_key(role))
        return await ServiceIdentity(Issuer(keys, mesh_name(role)), f"spiffe://xorb/{role}").token()

    def process(self, name: str) -> ComponentStatus:
        """How a component is."""
        return next(one for one in status.read(self.run) if one.name == name)

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> ComponentStatus:
        """Kill a component's process, or end it as a signal does, its children left alone; gives how it was before."""
        before = self.process(name)
        assert before.pid is not None
        os.kill(before.pid, number)
        return before

    async def restarted(self, before: ComponentStatus) -> None:
        """Wait until the supervisor has a component up again that was killed."""

        async def is_back() -> bool:
            now = self.process(before.name)
            return now.state is State.UP and now.pid not in {None, before.pid}

        await until(is_back, _RESTART_SECONDS)

    def executors(self) -> list[psutil.Process]:
        """The executors that run now: the orchestrator's children."""
        orchestrator = psutil.Process(self.process("orchestrator").pid)
        return [child for child in orchestrator.children(recursive=True) if _is_executor(child)]


@asynccontextmanager
async def connected(environment: Mapping[str, str]) -> AsyncIterator[Platform]:
    """The platform that is reached by these settings, with a channel to its edge."""
    address = f"127.0.0.1:{environment['XORB_GATEWAY_PORT']}"
    async with grpc.aio.insecure_channel(address) as channel:
        yield Platform(environment, channel)


async def gone(processes: Iterable[psutil.Process], seconds: float) -> None:
    """Wait until processes have ended; TimeoutError if they haven't in time."""

    async def have_ended() -> bool:
        return not any(status.start_time(process.pid) == process.create_time() for process in processes)

    await until(have_ended, seconds)


def _is_executor(process: psutil.Process) -> bool:
    try:
        return "services.executors" in process.cmdline()
    except psutil.Error:
        return False
