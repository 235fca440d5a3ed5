"""Runs an executor in a child process and holds it to its limits.

A limit that is reached is an `Outcome` with its reason and all that was found until then: never an exception,
never a stall. The child leads a session and process group of its own; whatever way a run ends, the whole
group is killed.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from services.executors import codec, sandbox
from services.executors.domain import Limits, Observation, Outcome, Progress, Reason, Task
from services.executors.ledger import Ledger

OnProgress = Callable[[Progress | Observation], Awaitable[None]]
"""Told of each step and each weakness as it comes; slow answers hold the executor back."""

COMMAND = (sys.executable, "-P", "-m", "services.executors")
"""The child's command line, to which executor and parent process are added."""

_ROOT = Path(__file__).resolve().parents[2]
_LINE = 1024 * 1024
_DIAGNOSTICS = 4096
_CENSUS_SECONDS = 0.5
_FUNERAL_SECONDS = 2.0
_FUNERAL_STEPS = 100
_Stream = TypeVar("_Stream")
_log = logging.getLogger(__name__)


async def run(task: Task, on_progress: OnProgress, command: Sequence[str] = COMMAND) -> Outcome:
    """Run `task` to its end or its limits and return what it found.

    An exception of `on_progress` ends the run and is raised; so is cancellation, after the group is killed.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        task.executor,
        str(os.getpid()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        env=_environment(),
        limit=_LINE,
    )
    return await _Watch(process, task, on_progress).outcome()


def _environment() -> dict[str, str]:
    """The child's environment: this process's settings and secrets are none of its business."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "MALLOC_ARENA_MAX": "2",
    }


def _pipe(stream: _Stream | None) -> _Stream:
    if stream is None:
        raise RuntimeError("the child was started without its pipes")
    return stream


class _Watch:
    """One child under watch: its lines are read, its group counted, the first to end decides."""

    def __init__(self, process: asyncio.subprocess.Process, task: Task, on_progress: OnProgress) -> None:
        self._process = process
        self._task = task
        self._on_progress = on_progress
        self._ledger = Ledger()
        self._diagnostics = b""

    async def outcome(self) -> Outcome:
        """Wait for the end or a limit, kill what is left, and return what was found."""
        limits = self._task.limits
        reading = asyncio.create_task(self._read(limits.output_bytes))
        counting = asyncio.create_task(self._count(limits))
        errors = asyncio.create_task(self._drain())
        try:
            done, _ = await asyncio.wait(
                {reading, counting}, timeout=limits.seconds, return_when=asyncio.FIRST_COMPLETED
            )
            for ended in done:
                ended.result()
            if not done:
                self._ledger.stop(Reason.TIME_LIMIT, f"stopped after {limits.seconds:g} seconds")
        finally:
            await self._kill(reading, counting, errors)
        self._log_failure()
        return self._ledger.outcome()

    async def _kill(self, *tasks: asyncio.Task[None]) -> None:
        if self._process.returncode is None or sandbox.census(self._process.pid).processes:
            sandbox.kill_group(self._process.pid)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._process.wait()
        await self._gone()

    async def _gone(self) -> None:
        """Wait until the killed are dead: a signal sent is not yet a process ended."""
        for _ in range(_FUNERAL_STEPS):
            if not sandbox.census(self._process.pid).processes:
                return
            await asyncio.sleep(_FUNERAL_SECONDS / _FUNERAL_STEPS)

    async def _read(self, output_bytes: int) -> None:
        """Feed the task and read lines until the child ends or has written too much."""
        stdin, stdout = _pipe(self._process.stdin), _pipe(self._process.stdout)
        with suppress(ConnectionError):
            stdin.write(codec.encode_task(self._task))
            await stdin.drain()
        budget = output_bytes
        while line := await self._line(stdout):
            budget -= len(line)
            if budget < 0:
                self._ledger.stop(Reason.OUTPUT_LIMIT, f"stopped after {output_bytes} bytes of output")
                return
            await self._take(line)
        if not self._ledger.ended:
            self._ledger.stop(Reason.FAILED, f"the executor ended unexpectedly ({await self._exit()})")

    async def _line(self, stdout: asyncio.StreamReader) -> bytes:
        try:
            return await stdout.readline()
        except ValueError:
            return b"\0" * (self._task.limits.output_bytes + 1)

    async def _take(self, line: bytes) -> None:
        told = self._ledger.record(line)
        if told is not None:
            await self._on_progress(told)

    async def _exit(self) -> str:
        code = await self._process.wait()
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    async def _count(self, limits: Limits) -> None:
        """Count the child's session until it is over a limit."""
        while True:
            now = sandbox.census(self._process.pid)
            if len(now.processes) > limits.processes:
                self._ledger.stop(Reason.PROCESS_LIMIT, f"stopped at {len(now.processes)} processes")
                return
            if now.resident_bytes > limits.memory_bytes:
                self._ledger.stop(Reason.MEMORY_LIMIT, f"stopped at {now.resident_bytes} bytes of memory")
                return
            await asyncio.sleep(_CENSUS_SECONDS)

    async def _drain(self) -> None:
        """Keep the end of standard error, so that the child never waits for it to be read."""
        stderr = _pipe(self._process.stderr)
        while chunk := await stderr.read(_DIAGNOSTICS):
            self._diagnostics = (self._diagnostics + chunk)[-_DIAGNOSTICS:]

    def _log_failure(self) -> None:
        if self._ledger.reason is Reason.FAILED:
            _log.warning("executor %s failed: %s", self._task.executor, self._diagnostics.decode(errors="replace"))
