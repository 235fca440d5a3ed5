"""What the person at the terminal sees: a live table, or plain lines where there is no terminal."""

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from stack.status import ComponentStatus, State, memory

_STYLES = {
    State.WAITING: "dim",
    State.STARTING: "yellow",
    State.UP: "green",
    State.UNHEALTHY: "bold red",
    State.DONE: "green",
    State.RESTARTING: "bold yellow",
    State.FAILED: "bold red",
    State.STOPPING: "yellow",
    State.STOPPED: "dim",
}
_LASTING = {State.UNHEALTHY, State.RESTARTING, State.FAILED}
_WORTH_A_LINE = _LASTING | {State.UP, State.DONE, State.STOPPED}
_MEBIBYTE = 1024 * 1024


def table(statuses: Sequence[ComponentStatus]) -> Table:
    """The components as a table; memory is of the process and its children."""
    grid = Table(box=None, pad_edge=False, header_style="bold", expand=False)
    for title in ("component", "state", "for", "restarts", "port", "MiB", ""):
        grid.add_column(title, justify="right" if title in {"for", "restarts", "port", "MiB"} else "left")
    for status in statuses:
        used = memory(status.pid)
        grid.add_row(
            status.name,
            Text(status.state.value, style=_STYLES[status.state]),
            duration(time.time() - status.since) if status.since else "",
            str(status.restarts or ""),
            " ".join(map(str, status.ports)),
            f"{used / _MEBIBYTE:.0f}" if used else "",
            Text(status.detail, style="dim"),
        )
    return grid


def duration(seconds: float) -> str:
    """``seconds`` in the largest unit that is not zero, whole: 42 s, 3 min, 2 h, 5 d."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"


class Picture:
    """The live picture of a stack while it runs; use as a context manager and tell it of each change."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._statuses: dict[str, ComponentStatus] = {}
        self._live = Live(console=console, get_renderable=self._render, refresh_per_second=2)

    def show(self, changed: ComponentStatus) -> None:
        """Take in one change; restarts and failures also leave a line that stays."""
        self._statuses[changed.name] = changed
        lasting = changed.state in _LASTING and changed.detail
        if lasting or (not self._console.is_terminal and changed.state in _WORTH_A_LINE):
            self._console.print(self._line(changed), highlight=False, soft_wrap=True)

    def _line(self, status: ComponentStatus) -> Text:
        clock = time.strftime("%H:%M:%S", time.localtime(status.since))
        text = Text(f"{clock} {status.name} ")
        text.append(status.state.value, style=_STYLES[status.state])
        return text.append(f": {status.detail.splitlines()[0]}" if status.detail else "")

    def _render(self) -> Table:
        return table(list(self._statuses.values()))

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()
