"""The life of one component: started, watched, restarted when it dies, stopped."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from stack.component import Component
from stack.errors import StackError
from stack.log_file import LogFile
from stack.polling import until
from stack.process import ManagedProcess
from stack.status import ComponentStatus, State

_LOOK_SECONDS = 5.0
_CANCEL_SECONDS = 0.5


@dataclass(frozen=True)
class Backoff:
    """How long to wait before restart ``n``: doubling from ``first`` to ``longest`` seconds, with jitter.

    A component that was up for ``forgive`` seconds starts again at the first step.
    """

    first: float = 0.5
    longest: float = 30.0
    forgive: float = 60.0

    def delay(self, failures: int) -> float:
        """Seconds to wait after ``failures`` failures in a row (1 or more)."""
        step = min(self.longest, self.first * 2.0 ** (failures - 1))
        return random.uniform(step / 2, step)  # noqa: S311 - spreads restarts, protects nothing


class Runner:
    """Runs one component and tells ``publish`` of each change."""

    def __init__(
        self,
        component: Component,
        logs: Path,
        publish: Callable[[ComponentStatus], None],
        backoff: Backoff = Backoff(),
    ) -> None:
        self.component = component
        self._log = LogFile(logs / f"{component.name}.log")
        self._publish = publish
        self._backoff = backoff
        self._status = ComponentStatus(component.name, ports=tuple(port.number for port in component.ports))
        self._process: ManagedProcess | None = None
        self._guard: asyncio.Task[None] | None = None
        self._restarting = asyncio.Lock()

    @property
    def status(self) -> ComponentStatus:
        """Its state now."""
        return self._status

    async def start(self) -> None:
        """Start it for the first time and watch it from then on.

        Raises:
            StackError: it did not become healthy; the message ends with the last lines of its log.
        """
        try:
            await self._attempt()
        except Exception as error:
            self._change(State.FAILED, _reason(error))
            text = f"{self.component.name} did not start: {_reason(error)}\n{self._log.tail()}"
            raise StackError(f"{text}\n(log: {self._log.path})") from error
        if not self.component.one_shot:
            self._guard = asyncio.create_task(self._watch(), name=f"guard of {self.component.name}")

    async def restart(self) -> None:
        """Stop it and start it anew; its stand-in, if it has one, serves meanwhile, so that no call fails.

        Raises:
            StackError: it isn't up, or it or its stand-in did not come up in time; it is tried again then.
        """
        if self._restarting.locked() or self._status.state not in {State.UP, State.UNHEALTHY}:
            raise StackError(f"{self.component.name} is {self._status.state} and can't be restarted now.")
        async with self._restarting:
            stand_in = await self._stand_in(self.component.stand_in) if self.component.stand_in else None
            try:
                await self._end_guard()
                self._change(State.RESTARTING, "as it was asked to")
                await self._end_process()
                await self._anew()
            finally:
                self._guard = asyncio.create_task(self._watch(), name=f"guard of {self.component.name}")
                if stand_in is not None:
                    await stand_in.stop()

    async def stop(self) -> None:
        """Stop it for good, whatever it is doing."""
        await self._end_guard()
        if self._process is not None:
            self._change(State.STOPPING)
        await self._end_process()
        if self._status.state not in {State.WAITING, State.DONE, State.FAILED}:
            self._change(State.STOPPED)
        self._log.close()

    async def _end_guard(self) -> None:
        # Again and again: a cancellation that comes just as something ends can be lost on its way.
        while self._guard is not None and not self._guard.done():
            self._guard.cancel()
            await asyncio.wait({self._guard}, timeout=_CANCEL_SECONDS)

    def kill(self) -> None:
        """End its process at once and do not start it again; :meth:`stop` then has nothing to wait for."""
        if self._guard is not None:
            self._guard.cancel()
        if self._process is not None:
            self._process.kill()

    async def _anew(self) -> None:
        try:
            await self._attempt()
            await until(self.component.takes_over, self.component.patience)
        except Exception as error:
            self._change(State.RESTARTING, f"it did not start: {_reason(error)}")
            raise StackError(f"{self.component.name} did not start anew: {_reason(error)}") from error

    async def _stand_in(self, component: Component) -> ManagedProcess:
        """Start what serves meanwhile, and wait until callers go to it."""
        for socket in component.sockets:
            socket.unlink(missing_ok=True)
        process = await ManagedProcess.spawn(component, self._log)
        try:
            async with asyncio.timeout(component.patience):
                await until(lambda: _healthy(component, process), component.patience)
                await until(component.takes_over, component.patience)
        except Exception as error:
            await process.stop()
            raise StackError(f"{component.name} did not come up to stand in: {_reason(error)}") from error
        return process

    async def _attempt(self) -> None:
        component = self.component
        self._change(State.STARTING)
        try:
            await component.prepare()
            for socket in component.sockets:
                socket.unlink(missing_ok=True)
            self._process = await ManagedProcess.spawn(component, self._log)
            self._status = self._status.with_process(self._process.pid)
            self._change(State.STARTING)
            await self._until_ready(self._process)
        except BaseException:
            await self._end_process()
            raise
        self._change(State.DONE if component.one_shot else State.UP)

    async def _until_ready(self, process: ManagedProcess) -> None:
        async with asyncio.timeout(self.component.patience):
            if self.component.one_shot:
                code = await process.wait()
                await self._end_process()
                if code != 0:
                    raise StackError(f"it ended with {describe_exit(code)}")
                return
            await until(lambda: _healthy(self.component, process), self.component.patience)
            await self.component.configure()

    async def _watch(self) -> None:
        failures = 0
        while True:
            began = time.monotonic()
            detail = await self._end_of_process()
            failures = 1 if time.monotonic() - began > self._backoff.forgive else failures + 1
            delay = self._backoff.delay(failures)
            self._status = replace(self._status, restarts=self._status.restarts + 1)
            self._change(State.RESTARTING, f"{detail}; starting again in {delay:.1f} s")
            await asyncio.sleep(delay)
            try:
                await self._attempt()
            except Exception as error:  # noqa: BLE001 - told to the person by the next change of state
                self._change(State.RESTARTING, f"it did not start: {_reason(error)}")

    async def _end_of_process(self) -> str:
        if self._process is None:
            return self._status.detail
        ended = asyncio.create_task(self._process.wait())
        try:
            while not (await asyncio.wait({ended}, timeout=self.component.check_every))[0]:
                await self._look(self._process)
        finally:
            ended.cancel()
        await self._end_process()
        return f"it ended with {describe_exit(ended.result())}"

    async def _look(self, process: ManagedProcess) -> None:
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                healthy = await _healthy(self.component, process)
        except (TimeoutError, StackError):
            healthy = False
        state = State.UP if healthy else State.UNHEALTHY
        if process.running and state is not self._status.state:
            self._change(state, "" if healthy else "it runs but does not answer as it should")

    async def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await process.stop()
        self._status = self._status.with_process(None)

    def _change(self, state: State, detail: str = "") -> None:
        self._status = self._status.change(state, detail)
        self._publish(self._status)


async def _healthy(component: Component, process: ManagedProcess) -> bool:
    if not process.running:
        raise StackError(f"it ended with {describe_exit(await process.wait())}")
    try:
        return await component.healthy()
    except Exception:  # noqa: BLE001 - whatever a check runs into, the answer is: not yet
        return False


def describe_exit(code: int) -> str:
    """An exit code as asyncio gives it, in words."""
    return f"exit code {code}" if code >= 0 else f"signal {-code}"


def _reason(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "it was not healthy in time"
    return str(error) or type(error).__name__
