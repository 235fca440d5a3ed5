"""A dashboard that follows every change: a screen for a terminal, and lines or JSON for everything else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text
from xorb.core.v1 import dashboard_pb2

from cli.board import fitting, line
from cli.output import Format, Printer
from cli.text import clean

_REDRAWN = 4
"""Times a second; the server tells of changes as often."""
_OTHER_LINES = 2


class View(Protocol):
    """Who shows a dashboard."""

    def show(self, board: dashboard_pb2.Dashboard) -> None:
        """Shows the counters as they are now."""
        ...

    def remark(self, text: str) -> None:
        """Shows something about the connection."""
        ...


@contextmanager
def view(printer: Printer, title: str) -> Iterator[View]:
    """Shows a dashboard in the way that suits the format and the terminal, until the context ends.

    Args:
        printer: Where to.
        title: What it is of; empty for everything.
    """
    if printer.output is Format.TABLE and printer.console.is_terminal:
        with LiveView(printer.console, title) as screen:
            yield screen
    else:
        yield PlainView(printer)


class LiveView:
    """A page that changes in place.

    Args:
        console: The terminal.
        title: What the dashboard is of; empty for everything.
    """

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = title
        self._board: dashboard_pb2.Dashboard | None = None
        self._remark = Text("Reading …", style="dim")
        self._live = Live(get_renderable=self.picture, console=console, refresh_per_second=_REDRAWN)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        # Where nothing came, an error's line is all that stays.
        self._live.transient = self._board is None
        self._live.stop()

    def show(self, board: dashboard_pb2.Dashboard) -> None:
        """Shows the counters as they are now."""
        self._board = board
        self._remark = Text(f"As of {_now()}; Ctrl-C ends.", style="dim")

    def remark(self, text: str) -> None:
        """Shows a remark until the next change."""
        self._remark = Text(clean(text), style="yellow")

    def picture(self) -> RenderableType:
        """Returns the screen as it is now."""
        if self._board is None:
            return self._remark
        return Group(fitting(self._board, self._title, self._console, _OTHER_LINES), self._remark)


class PlainView:
    """One line for each change, or one JSON object.

    Args:
        printer: Where they go.
    """

    def __init__(self, printer: Printer) -> None:
        self._printer = printer

    def show(self, board: dashboard_pb2.Dashboard) -> None:
        """Prints the counters."""
        self._printer.line(f"{_now()}  {line(board)}", board)

    def remark(self, text: str) -> None:
        """Prints a remark to stderr."""
        self._printer.remark(text)


def _now() -> str:
    return datetime.now(UTC).astimezone().strftime("%H:%M:%S")
