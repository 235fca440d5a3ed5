"""The screen of a running scan, for a terminal; and the same in plain lines or JSON, for everything else."""

import json
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from google.protobuf.message import Message
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text
from xorb.core.v1 import finding_pb2, scan_pb2

from cli.columns import enum_name, severity_style, state_style
from cli.following import ENDED, View
from cli.output import Format, Printer, as_dict, short, write
from cli.text import clean

_LOG_LINES = 4
_OTHER_LINES = 14
_FEWEST_TASKS = 3
_BAR = 28
_FULL = 100
_LEVEL_STYLES = {"ERROR": "red", "WARNING": "yellow"}
_Task = scan_pb2.TaskProgress
# Running tasks first: where the screen is too small, those that wait are left out.
_ORDER = (_Task.RUNNING, _Task.FAILED, _Task.DONE, _Task.SKIPPED, _Task.WAITING, _Task.STATE_UNSPECIFIED)
_MARKS = {_Task.RUNNING: "▶", _Task.DONE: "✓", _Task.FAILED: "✗", _Task.SKIPPED: "○"}


@contextmanager
def view(printer: Printer) -> Iterator[View]:
    """Shows a scan in the way that suits the format and the terminal, until the context ends."""
    if printer.output is Format.JSON:
        yield JsonView()
    elif printer.console.is_terminal:
        with LiveView(printer.console) as screen:
            yield screen
    else:
        yield PlainView(printer)


class LiveView:
    """A screen that changes in place; findings stay above it as they are found.

    Args:
        console: The terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._scan = scan_pb2.Scan()
        self._entries: deque[scan_pb2.ScanLogEntry] = deque(maxlen=_LOG_LINES)
        self._remark = ""
        self._live = Live(get_renderable=self.picture, console=console, refresh_per_second=8)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._live.stop()

    def scan(self, scan: scan_pb2.Scan) -> None:
        """Shows the scan's state and progress."""
        self._scan, self._remark = scan, ""
        if scan.state in ENDED:
            self._entries.clear()

    def finding(self, finding: finding_pb2.Finding) -> None:
        """Prints a finding above the screen."""
        self._console.print(finding_line(finding))

    def log(self, entry: scan_pb2.ScanLogEntry) -> None:
        """Shows the latest lines of the log; what isn't INFO stays above the screen."""
        if entry.level in _LEVEL_STYLES:
            self._console.print(log_line(entry))
        else:
            self._entries.append(entry)

    def remark(self, text: str) -> None:
        """Shows a remark until the next change."""
        self._remark = text

    def picture(self) -> RenderableType:
        """Returns the screen as it is now."""
        parts: list[RenderableType] = [Text(), self._head(), _bars(self._scan.progress.stages), self._tasks()]
        parts += [log_line(entry) for entry in self._entries]
        if self._remark:
            parts.append(Text(clean(self._remark), style="yellow"))
        return Group(*parts)

    def _head(self) -> RenderableType:
        state = enum_name(self._scan, "state")
        progress = self._scan.progress
        grid = Table.grid(padding=(0, 2))
        grid.add_row(
            Text(f"Scan {short(self._scan.name)}", style="bold"),
            _bar(progress.percent, done=self._scan.state in ENDED),
            Text(f"{progress.percent:3d}%", style="bold"),
            Text(state, style=state_style(state)),
            Text(f"{progress.findings} finding{'' if progress.findings == 1 else 's'}"),
        )
        return grid

    def _tasks(self) -> RenderableType:
        tasks = sorted(self._scan.progress.tasks, key=lambda task: _ORDER.index(task.state))
        shown = tasks[: max(_FEWEST_TASKS, self._console.height - _OTHER_LINES)]
        grid = Table.grid(padding=(0, 2))
        # In the order of the scan: rows that jump about can't be read.
        for task in (task for task in self._scan.progress.tasks if task in shown):
            grid.add_row(*_task_cells(task))
        if len(shown) < len(tasks):
            grid.add_row("", Text(f"and {len(tasks) - len(shown)} more", style="dim"))
        return grid


class PlainView:
    """One line for each change; for logs and pipes.

    Args:
        printer: Where the lines go.
    """

    def __init__(self, printer: Printer) -> None:
        self._printer = printer
        self._said = ""

    def scan(self, scan: scan_pb2.Scan) -> None:
        """Prints state and progress where they changed by a tenth or more."""
        tenth = scan.progress.percent // 10 * 10
        line = f"{enum_name(scan, 'state')} {_FULL if scan.state == scan_pb2.Scan.SUCCEEDED else tenth}%"
        if line != self._said:
            self._said = line
            self._printer.line(f"Scan {short(scan.name)}: {line}")

    def finding(self, finding: finding_pb2.Finding) -> None:
        """Prints a finding."""
        self._printer.line(finding_line(finding).plain)

    def log(self, entry: scan_pb2.ScanLogEntry) -> None:
        """Prints a line of the log."""
        self._printer.line(log_line(entry).plain)

    def remark(self, text: str) -> None:
        """Prints a remark to stderr."""
        self._printer.remark(text)


class JsonView:
    """One JSON object a line: `{"scan": …}`, `{"finding": …}`, `{"logEntry": …}` or `{"remark": …}`."""

    def scan(self, scan: scan_pb2.Scan) -> None:
        """Prints the scan."""
        self._print("scan", scan)

    def finding(self, finding: finding_pb2.Finding) -> None:
        """Prints a finding."""
        self._print("finding", finding)

    def log(self, entry: scan_pb2.ScanLogEntry) -> None:
        """Prints a line of the log."""
        self._print("logEntry", entry)

    def remark(self, text: str) -> None:
        """Prints a remark."""
        write(json.dumps({"remark": text}) + "\n")

    @staticmethod
    def _print(kind: str, message: Message) -> None:
        write(json.dumps({kind: as_dict(message)}) + "\n")


def finding_line(finding: finding_pb2.Finding) -> Text:
    """Returns a finding as one line."""
    severity = enum_name(finding, "severity") or "unrated"
    line = Text(f"{severity.upper():>8}", style=severity_style(severity))
    line.append(f"  {clean(finding.title)}", style="default on default not dim not bold")
    return line.append(f"  {clean(finding.location or finding.asset)}", style="dim default on default not bold")


def log_line(entry: scan_pb2.ScanLogEntry) -> Text:
    """Returns a line of a scan's log."""
    time = entry.time.ToDatetime().strftime("%H:%M:%S")
    text = clean(f"{time}  {entry.executor or 'scan'}: {entry.message}")
    return Text(text, style=_LEVEL_STYLES.get(entry.level, "dim"), no_wrap=True, overflow="ellipsis")


def _bars(stages: Iterable[scan_pb2.StageProgress]) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    for stage in stages:
        grid.add_row(Text(f"  {clean(stage.stage)}"), _bar(stage.percent), Text(f"{stage.percent:3d}%"))
    return grid


def _task_cells(task: scan_pb2.TaskProgress) -> tuple[RenderableType, ...]:
    state = enum_name(task, "state")
    style = {_Task.RUNNING: "cyan", _Task.DONE: "green", _Task.FAILED: "red"}.get(task.state, "dim")
    return (
        Text(f"  {_MARKS.get(task.state, '·')}", style=style),
        Text(clean(task.target_display_name or short(task.target)), no_wrap=True, overflow="ellipsis"),
        Text(clean(task.executor)),
        _bar(task.percent, done=task.state == _Task.DONE),
        Text(f"{task.percent:3d}%"),
        Text(state, style=style),
    )


def _bar(percent: int, *, done: bool = False) -> ProgressBar:
    style = "green" if done or percent >= _FULL else "cyan"
    return ProgressBar(total=_FULL, completed=percent, width=_BAR, complete_style=style, finished_style="green")
