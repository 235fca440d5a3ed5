"""A stack in one home: lock, ports, components, status file."""

import contextlib
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from stack import lock, ports, status
from stack.catalogue import components
from stack.components.environment import make_directory
from stack.settings import StackSettings
from stack.status import ComponentStatus
from stack.supervisor import Supervisor


def ignore(_: ComponentStatus) -> None:
    """The observer of a stack that nobody looks at."""


class Stack:
    """The components called ``names`` (all, if None), up while inside ``async with``.

    ``observe`` is told of each change of a component. Leaving stops everything in reverse order.
    """

    def __init__(
        self,
        settings: StackSettings,
        names: Iterable[str] | None = None,
        observe: Callable[[ComponentStatus], None] = ignore,
    ) -> None:
        self.settings = settings
        self._components = components(settings, names)
        self._observe = observe
        self._held = contextlib.ExitStack()
        self._supervisor: Supervisor | None = None

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
            ports.check([port for component in self._components for port in component.ports])
            self._supervisor = Supervisor(self._components, self.settings.logs, self._changed)
            await self._supervisor.start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop everything and let go of the home."""
        try:
            if self._supervisor is not None:
                await self._supervisor.stop()
        finally:
            self._held.close()

    def kill(self) -> None:
        """End every process at once; :meth:`stop` is still to be called."""
        if self._supervisor is not None:
            self._supervisor.kill()

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
