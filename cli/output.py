"""What a command prints: tables for people, JSON and CSV for programs. Results go to stdout, remarks to stderr."""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from cli.text import clean

_PIPE_WIDTH = 500
"""Characters. Where no terminal is, a row is one line: pipes and logs don't fold."""
_NARROW = 110
"""Characters. In a terminal that is not as wide, tables leave out what is of less use."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Format(StrEnum):
    """How to print."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: Its name in CSV, such as `last_seen`; tables show it in words.
        value: The cell of a message.
        style: A rich style, or a function from the cell to one.
        wide: Whether it may be folded over several lines; others are never cut.
        spare: Whether narrow terminals do without it.
    """

    name: str
    value: Callable[[Any], str]
    style: str | Callable[[str], str] = ""
    wide: bool = False
    spare: bool = False

    @property
    def title(self) -> str:
        """The heading."""
        return self.name.replace("_", " ").upper()

    def cell(self, message: object) -> Text:
        """Returns the cell of a table, without anything that a terminal would obey."""
        text = clean(self.value(message))
        return Text(text, style=self.style(text) if callable(self.style) else self.style)


class Printer:
    """Prints in one format.

    Args:
        output: The format.
    """

    def __init__(self, output: Format) -> None:
        self.output = output
        self.console = Console(highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
        self.remarks = Console(stderr=True, highlight=False)

    def many(self, messages: Iterable[Message], columns: Sequence[Column], empty: str) -> None:
        """Prints a list of resources; `empty` is the remark where there are none."""
        if self.output is Format.JSON:
            write(json.dumps([as_dict(message) for message in messages], indent=2) + "\n")
        elif self.output is Format.CSV:
            write(to_csv(messages, columns))
        else:
            self._table(list(messages), columns, empty)

    def one(self, message: Message, columns: Sequence[Column]) -> None:
        """Prints one resource, in a table one field a line."""
        if self.output is not Format.TABLE:
            self._program(message, columns)
            return
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for column in columns:
            cell = Text(clean(column.value(message), lines=True), style=column.cell(message).style)
            if cell.plain:
                grid.add_row(column.title.capitalize(), cell)
        self.show(grid)

    def line(self, text: str, message: Message | None = None, style: str = "") -> None:
        """Prints what happened as one line; as JSON the message, in one line."""
        if self.output is Format.TABLE:
            self.console.print(Text(clean(text), style=style), soft_wrap=True)
        elif message is not None and self.output is Format.JSON:
            write(json.dumps(as_dict(message)) + "\n")

    def remark(self, text: str) -> None:
        """Tells a person something that isn't the result."""
        self.remarks.print(Text(clean(text)), soft_wrap=True)

    def show(self, content: RenderableType) -> None:
        """Prints something that is laid out for people."""
        if self.console.is_terminal:
            self.console.print(content)
            return
        with self.console.capture() as captured:
            self.console.print(content)
        # Rows are as wide as the widest; what fills them up is of no use in a file.
        write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))

    def _program(self, message: Message, columns: Sequence[Column]) -> None:
        if self.output is Format.CSV:
            write(to_csv([message], columns))
        else:
            write(json.dumps(as_dict(message), indent=2) + "\n")

    def _table(self, messages: Sequence[Message], columns: Sequence[Column], empty: str) -> None:
        if not messages:
            self.remark(empty)
            return
        shown = [column for column in columns if not column.spare or self.console.width >= _NARROW]
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
        for column in shown:
            table.add_column(column.title, no_wrap=not column.wide, overflow="fold" if column.wide else "ellipsis")
        for message in messages:
            table.add_row(*(column.cell(message) for column in shown))
        self.show(table)


def as_dict(message: Message) -> dict[str, Any]:
    """Returns a message as proto3's JSON."""
    result: dict[str, Any] = json_format.MessageToDict(message)
    return result


def to_csv(messages: Iterable[Message], columns: Sequence[Column]) -> str:
    """Returns CSV (RFC 4180) with a header; no cell can be a formula of a spreadsheet (OWASP, CSV Injection)."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    for message in messages:
        writer.writerow([_harmless(column.value(message)) for column in columns])
    return buffer.getvalue()


def write(text: str) -> None:
    """Writes to stdout as it is."""
    sys.stdout.write(text)
    sys.stdout.flush()


def when(timestamp: Timestamp) -> str:
    """Returns a time in the local time zone, to the second; an empty text for none."""
    if not timestamp.seconds:
        return ""
    return datetime.fromtimestamp(timestamp.seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def short(name: str) -> str:
    """Returns the last eight digits of a resource name's identifier, which commands accept in its place."""
    return name.rsplit("/", 1)[-1][-8:]


def _harmless(cell: str) -> str:
    text = "".join(character for character in cell if character.isprintable() or character in "\n\t")
    return f"'{text}" if text.startswith(_FORMULA) else text
