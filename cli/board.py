"""A dashboard as a page of 80 columns, and as one line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.constrain import Constrain
from rich.table import Table
from rich.text import Text
from xorb.core.v1 import dashboard_pb2

from cli.columns import enum_name, severity_style, state_style
from cli.figures import bar, length, sparkline
from cli.text import clean

WIDTH = 80
"""Characters."""

_BAR = 12
_BAR_WIDTHS = (16, 6, _BAR)
_DAYS_IN_ONE = 2
_GAP = 2
_WIDEST_NUMBER = 7
_FEWEST_TIMES = 4
_BARS = {"critical": "red", "high": "bright_red"}
_Board = dashboard_pb2.Dashboard
_Row = tuple[str | Text, ...]


@dataclass(frozen=True)
class Layout:
    """How much room a page takes.

    Attributes:
        gaps: Whether there is an empty line between its parts.
        rows: How many assets and tools there are at most, and lengths of time where there is room beside.
    """

    gaps: bool = True
    rows: int = 10


_LAYOUTS = (
    Layout(),
    Layout(rows=5),
    Layout(gaps=False, rows=5),
    Layout(gaps=False, rows=3),
    Layout(gaps=False, rows=1),
)


def fitting(board: _Board, title: str, console: Console, spare: int) -> RenderableType:
    """Returns the roomiest page that a terminal has the lines for; the tightest where none has.

    Args:
        board: The counters.
        title: What it is of; empty for everything.
        console: The terminal.
        spare: How many of its lines are needed for something else.
    """
    pages = (page(board, title, layout) for layout in _LAYOUTS)
    shown: RenderableType = Text()
    for shown in pages:
        if len(console.render_lines(shown)) <= console.height - spare:
            break
    return shown


def page(board: _Board, title: str, layout: Layout = _LAYOUTS[0]) -> RenderableType:
    """Returns counters as a page.

    Args:
        board: The counters.
        title: What they are of; empty for everything.
        layout: How much room there is.
    """
    parts = [
        _head(board, title),
        _beside(_severities(board), _states(board)),
        _beside(_deadlines(board), _times(board, layout)),
        _trend(board),
        _beside(_assets(board, layout), _tools(board, layout), right_width=24),
    ]
    if layout.gaps:
        parts = [one for part in parts for one in (part, Text())][:-1]
    return Constrain(Group(*parts), WIDTH)


def line(board: _Board) -> str:
    """Returns what matters most of counters as one line."""
    grave = ", ".join(f"{one.findings.count} {_severity(one)}" for one in board.severities if one.findings.count)
    late = f"{board.deadlines.breached.count} late, {board.deadlines.near.count} soon"
    return f"{board.open.count} open{f' ({grave})' if grave else ''}; {late}; exposure {board.exposure:,.1f}"


def _head(board: _Board, title: str) -> RenderableType:
    grid = Table.grid(expand=True)
    grid.add_column()
    grid.add_column(justify="right")
    what = f"Dashboard of {title}" if title else "Dashboard"
    grid.add_row(Text(clean(what), style="bold", no_wrap=True, overflow="ellipsis"), Text(f"{board.day} UTC", "dim"))
    sums = Text(f"{board.open.count} open", style="bold")
    sums.append(
        f"   exposure {board.exposure:,.1f}   {board.risk_accepted.count} accepted"
        f"   {board.waiting_for_retest.count} to be tested again",
        style="default on default not bold",
    )
    return Group(grid, sums)


def _severities(board: _Board) -> Table:
    shown = [one for one in board.severities if one.severity or one.findings.count]
    words = [(_severity(one), one.findings.count) for one in shown]
    return _bars("open by severity", [(word, count, _BARS.get(word) or severity_style(word)) for word, count in words])


def _states(board: _Board) -> Table:
    words = [(enum_name(one, "state"), one.findings.count) for one in board.states]
    return _bars("all by state", [(word, count, state_style(word)) for word, count in words if count])


def _deadlines(board: _Board) -> Table:
    deadlines = board.deadlines
    rows = [
        ("late", deadlines.breached.count, "red"),
        ("soon", deadlines.near.count, "yellow"),
        ("in time", deadlines.within.count, "green"),
        ("no deadline", deadlines.none.count, "dim"),
    ]
    return _bars("deadlines", rows)


def _bars(title: str, rows: Sequence[tuple[str, int, str]]) -> Table:
    most = max((count for _, count, _ in rows), default=0)
    cells = [(Text(word, style=style), str(count), Text(bar(count, most, _BAR), style)) for word, count, style in rows]
    return _part((title, "", ""), _BAR_WIDTHS, cells)


def _times(board: _Board, layout: Layout) -> Table:
    """How long it took: of both windows all together, then of the longer one each severity."""
    windows = {one.days for one in board.remediation_times}
    chosen = [one for one in board.remediation_times if not one.severity]
    chosen += [one for one in board.remediation_times if one.severity and one.days == max(windows)]
    rows: list[_Row] = []
    for time in chosen[: max(_FEWEST_TIMES, layout.rows)]:
        count = time.findings.count
        lengths = (length(time.mean), length(time.median)) if count else ("", "")
        severity = enum_name(time, "severity")
        word = Text(f"  {severity}", severity_style(severity)) if severity else Text(f"{time.days} days")
        rows.append((word, str(count), *lengths))
    return _part(("time to fix", "fixed", "mean", "median"), (11, 6, 7, 7), rows)


def _trend(board: _Board) -> Table:
    days = list(board.trend)
    steps = [days[start : start + _DAYS_IN_ONE] for start in range(0, len(days), _DAYS_IN_ONE)]
    opened = [sum(day.opened for day in step) for step in steps]
    closed = [sum(day.closed for day in step) for step in steps]
    most = max((day.open for day in days), default=0)
    rows = [
        ("open", Text(sparkline([step[-1].open for step in steps]), "cyan"), f"{board.open.count}, peak {most}"),
        ("opened", Text(sparkline(opened), "red"), f"{sum(opened)}"),
        ("closed", Text(sparkline(closed), "green"), f"{sum(closed)}"),
    ]
    return _part((f"last {len(days)} days", "", ""), (12, len(steps), None), rows)


def _assets(board: _Board, layout: Layout) -> Table:
    rows = []
    for asset in board.assets[: layout.rows]:
        grave = Text(" ").join(
            Text(f"{one.findings.count}{_severity(one)[0].upper()}", _BARS.get(_severity(one), "default"))
            for one in asset.severities
        )
        rows.append((_text(asset.asset), str(asset.findings.count), grave))
    return _part(("top assets", "open", ""), (None, 6, 17), rows)


def _tools(board: _Board, layout: Layout) -> Table:
    rows = [(_text(one.tool or "unknown"), str(one.findings.count)) for one in board.tools[: layout.rows]]
    return _part(("tools", "open"), (None, 6), rows)


def _part(head: Sequence[str], widths: Sequence[int | None], rows: Iterable[_Row]) -> Table:
    """Returns a part of the page under its heading; a column without a width takes what is left."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, expand=None in widths)
    for place, (title, width) in enumerate(zip(head, widths, strict=True)):
        table.add_column(
            Text(title.upper(), style="dim" if place else "bold"),
            justify="right" if width and width <= _WIDEST_NUMBER else "left",
            width=width,
            ratio=None if width else 1,
            no_wrap=True,
            overflow="ellipsis",
        )
    for row in rows:
        table.add_row(*row)
    return table


def _beside(left: Table, right: Table, right_width: int = WIDTH // 2) -> Table:
    grid = Table.grid(expand=True, padding=(0, 2))
    grid.add_column(ratio=1)
    grid.add_column(width=right_width - _GAP)
    grid.add_row(left, right)
    return grid


def _severity(one: dashboard_pb2.SeverityCount) -> str:
    return enum_name(one, "severity") or "unrated"


def _text(text: str) -> Text:
    return Text(clean(text), no_wrap=True, overflow="ellipsis")
