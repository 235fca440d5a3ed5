"""One running process: it dies with us, its output goes to its log, its group is stopped with it."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

from stack.component import Component
from stack.log_file import LogFile

_EXECUTE = Path(__file__).with_name("execute.py")
_CHUNK = 65536


class ManagedProcess:
    """A component's process, from its start to the end of its last child."""

    def __init__(self, component: Component, process: asyncio.subprocess.Process, log: LogFile) -> None:
        self._component = component
        self._process = process
        self._pump = asyncio.create_task(_pump(process, log), name=f"log of {component.name}")

    @classmethod
    async def spawn(cls, component: Component, log: LogFile) -> "ManagedProcess":
        """Start ``component``'s command, in a session of its own: Ctrl-C reaches only the supervisor."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", str(_EXECUTE),
            str(os.getpid()), str(int(component.stop_signal)), component.user or "",
            *component.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(component.environment),
            cwd=component.directory,
            start_new_session=True,
        )  # fmt: skip
        return cls(component, process, log)

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its process group."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.returncode is None

    async def wait(self) -> int:
        """Wait for its end and give its exit code, negative for a signal."""
        return await self._process.wait()

    async def stop(self) -> None:
        """Ask it to end, kill it after its grace, and end whatever it left behind in its group."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(self._component.stop_signal)
            try:
                await asyncio.wait_for(self._process.wait(), self._component.grace)
            except TimeoutError:
                self.kill()
                await self._process.wait()
        await self.release()

    def kill(self) -> None:
        """End it and its group at once, without asking."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    async def release(self) -> None:
        """After its end: end what it left behind in its group and finish its log."""
        self.kill()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._pump, 2)


async def _pump(process: asyncio.subprocess.Process, log: LogFile) -> None:
    if process.stdout is None:
        raise ValueError("the process was started without a pipe for its output")
    while chunk := await process.stdout.read(_CHUNK):
        log.write(chunk)
