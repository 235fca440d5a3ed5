"""The demo as a whole: a stack of its own, or the one that is up already, and what happens on it."""

import contextlib

from rich.console import Console
from rich.text import Text

from stack import lock, status
from stack.attended import Startable, attended
from stack.catalogue import components
from stack.commands import is_up
from stack.demo.comparison import Comparison
from stack.demo.pointers import pointers
from stack.demo.shell import Shell, export
from stack.demo.walk import walk
from stack.errors import StackError
from stack.polling import until
from stack.settings import StackSettings
from stack.stack import Stack
from stack.terminal import Picture

INTERRUPTED = 130
_PATIENCE = 90.0


class Borrowed:
    """The stack that runs in this home already: used, and left as it is."""

    def __init__(self, settings: StackSettings) -> None:
        self._settings = settings

    async def start(self) -> None:
        """Wait until it is up.

        Raises:
            StackError: it isn't in time, or it isn't a whole stack on the ports that the settings name.
        """
        try:
            await until(self._up, _PATIENCE)
        except TimeoutError:
            raise StackError(f"The stack in {self._settings.home} isn't up: see `make status`.") from None
        running = {one.name: one.ports for one in status.read(self._settings.run)}
        for component in components(self._settings):
            if running.get(component.name) != tuple(port.number for port in component.ports):
                raise StackError(
                    f"The stack that is running in {self._settings.home} was started with other settings "
                    f"({component.name}): stop it with `make down`, or set XORB_HOME to another folder."
                )

    async def stop(self) -> None:
        """Leave it running."""

    def kill(self) -> None:
        """Leave it running."""

    async def _up(self) -> bool:
        return is_up(self._settings)


async def demo(settings: StackSettings, console: Console) -> int:
    """Run the demo and return its exit code: 0, or 1 where the findings aren't the ground truth, or 130 for Ctrl-C.

    Raises:
        StackError: the stack did not start, or a command failed.
    """
    borrowed = lock.holder(settings.home) is not None
    with contextlib.ExitStack() as drawing:
        picture = drawing.enter_context(Picture(console))
        stack: Startable = Borrowed(settings) if borrowed else Stack(settings, None, picture.show, serve_metrics=True)

        stands = "using the one that is up" if borrowed else "booting; Ctrl-C stops everything"
        console.print(f"The stack in {settings.home}: {stands}.", highlight=False, soft_wrap=True)

        async def use() -> tuple[Comparison, str]:
            drawing.close()
            return await _use(settings, console, borrowed=borrowed)

        ended = await attended(stack, use)
    if ended is None:
        console.print("\nStopped; `make demo` goes on from here.")
        return INTERRUPTED
    comparison, text = ended
    console.print(text, highlight=False, soft_wrap=True)
    return 0 if comparison.exact else 1


async def _use(settings: StackSettings, console: Console, *, borrowed: bool) -> tuple[Comparison, str]:
    shell = Shell(settings, console)
    shell.say("It is up. From here on, what anybody would type, as somebody who isn't you:")
    console.print(Text("$ ", style="dim").append(export(settings), style="bold default"), soft_wrap=True)
    comparison = await walk(settings, shell)
    comparison.tell(console)
    caller = await shell.ask("whoami")
    if not borrowed:
        console.print("Stopping the stack …")
    return comparison, pointers(settings, caller["organization"], up=borrowed)
