"""Starts components in the order of their needs, side by side where they can be; stops them in reverse."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from stack.component import Component
from stack.errors import StackError
from stack.runner import Backoff, Runner
from stack.status import ComponentStatus


class Supervisor:
    """Runs ``components``; each change of any of them is told to ``publish``."""

    def __init__(
        self,
        components: Sequence[Component],
        logs: Path,
        publish: Callable[[ComponentStatus], None],
        backoff: Backoff = Backoff(),  # noqa: B008 - frozen
    ) -> None:
        names = {component.name for component in components}
        self._needs = {c.name: [need for need in c.needs if need in names] for c in components}
        check_order(self._needs)
        self._runners = {c.name: Runner(c, logs, publish, backoff) for c in components}

    @property
    def statuses(self) -> list[ComponentStatus]:
        """All components as they are now, in the order given."""
        return [runner.status for runner in self._runners.values()]

    async def start(self) -> None:
        """Start all and return when all are up.

        Raises:
            StackError: one did not start; those that did are still to be stopped by :meth:`stop`.
        """
        up = {name: asyncio.Event() for name in self._runners}
        try:
            async with asyncio.TaskGroup() as group:
                for name in self._runners:
                    group.create_task(self._start_one(name, up), name=f"start of {name}")
        except* StackError as errors:
            raise StackError(str(_first(errors))) from None

    async def stop(self) -> None:
        """Stop all, each after everything that needs it."""
        stopped = {name: asyncio.Event() for name in self._runners}
        async with asyncio.TaskGroup() as group:
            for name in self._runners:
                group.create_task(self._stop_one(name, stopped), name=f"stop of {name}")

    async def restart(self, name: str) -> None:
        """Restart the component ``name``, without a break where it has a stand-in.

        Raises:
            StackError: there is none of that name, or it did not come up again.
        """
        if name not in self._runners:
            raise StackError(f"No component is called {name}; there are {', '.join(self._runners)}.")
        await self._runners[name].restart()

    def kill(self) -> None:
        """End every process at once, for someone who does not want to wait for :meth:`stop`."""
        for runner in self._runners.values():
            runner.kill()

    async def _start_one(self, name: str, up: dict[str, asyncio.Event]) -> None:
        for need in self._needs[name]:
            await up[need].wait()
        await self._runners[name].start()
        up[name].set()

    async def _stop_one(self, name: str, stopped: dict[str, asyncio.Event]) -> None:
        for other, needs in self._needs.items():
            if name in needs:
                await stopped[other].wait()
        try:
            await self._runners[name].stop()
        finally:
            stopped[name].set()


def check_order(needs: dict[str, list[str]]) -> None:
    """Make sure that no component needs itself by some way round.

    Raises:
        StackError: one does; the message names those in the circle.
    """
    left = dict(needs)
    while left:
        free = [name for name, needed in left.items() if not any(need in left for need in needed)]
        if not free:
            raise StackError(f"components need each other in a circle: {', '.join(sorted(left))}")
        for name in free:
            del left[name]


def _first(errors: BaseExceptionGroup[StackError]) -> BaseException:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
