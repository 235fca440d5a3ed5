"""A stack in one home: lock, ports, components, status file."""

import contextlib
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from stack import control, lock, metrics, ports, status
from stack.catalogue import components
from stack.components.environment import make_directory
from stack.settings import Port, StackSettings
from stack.status import ComponentStatus
from stack.supervisor import Supervisor


def ignore(_: ComponentStatus) -> None:
    """The observer of a stack that nobody looks at."""


class Stack:
    """The components called ``names`` (all, if None), up while inside ``async with``.

    ``observe`` is told of each change of a component; with ``serve_metrics`` there is the page of all metrics on
    its port. Leaving stops everything in reverse order.
    """

    def __init__(
        self,
        settings: StackSettings,
        names: Iterable[str] | None = None,
        observe: Callable[[ComponentStatus], None] = ignore,
        *,
        serve_metrics: bool = False,
    ) -> None:
        self.settings = settings
        self._components = components(settings, names)
        self._observe = observe
        self._metrics_port = [settings.port("XORB_METRICS_PORT")] if serve_metrics else []
        self._held = contextlib.AsyncExitStack()
        self._asked = contextlib.AsyncExitStack()
        self._supervisor: Supervisor | None = None
        self._running: Supervisor | None = None

    @property
    def names(self) -> list[str]:
        """The components it runs, without those that are elsewhere."""
        return [component.name for component in self._components]

    @property
    def statuses(self) -> list[ComponentStatus]:
        """All components as they are now."""
        return self._supervisor.statuses if self._supervisor else []

    async def start(self) -> None:
        """Take the home and the ports and start everything; on failure nothing is left running.

        Raises:
            StackError: a stack runs there already, a port is in use, or a component did not start.
        """
        make_directory(self.settings.home, 0o711)
        make_directory(self.settings.run, 0o711)
        make_directory(self.settings.secrets)
        make_directory(self.settings.logs)
        self._held.enter_context(lock.hold(self.settings.home))
        try:
            await lock.end_leftovers(status.read(self.settings.run))
            ports.check(self._ports())
            self._supervisor = self._running = Supervisor(self._components, self.settings.logs, self._changed)
            await self._serve_metrics()
            await self._supervisor.start()
            await self._asked.enter_async_context(control.serve(self.settings.run, self._supervisor.restart))
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop everything and let go of the home; a second time there is nothing to do."""
        await self._asked.aclose()
        running, self._running = self._running, None
        try:
            if running is not None:
                await running.stop()
        finally:
            await self._held.aclose()

    def kill(self) -> None:
        """End every process at once; :meth:`stop` is still to be called."""
        if self._supervisor is not None:
            self._supervisor.kill()

    def _ports(self) -> list[Port]:
        return [port for component in self._components for port in component.ports] + self._metrics_port

    async def _serve_metrics(self) -> None:
        sources = {component.name: component.metrics for component in self._components if component.metrics}
        for port in self._metrics_port:
            page = metrics.serve(port.number, sources, lambda: self.statuses)
            await self._held.enter_async_context(page)

    def _changed(self, changed: ComponentStatus) -> None:
        status.write(self.settings.run, self.statuses)
        self._observe(changed)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
