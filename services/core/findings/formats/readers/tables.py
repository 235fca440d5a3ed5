"""Tables (RFC 4180, and its relatives with other delimiters): rows as objects by the names in the first line."""

import csv
from collections.abc import Iterator
from io import BufferedReader

from services.core.findings.formats.kernel.errors import Malformed
from services.core.findings.formats.kernel.head import delimiter
from services.core.findings.formats.kernel.model import Refused
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source

# The module's own bound of 128 KiB, which outputs of plug-ins exceed, is one for the process.
csv.field_size_limit(4 * 1024 * 1024)


def rows(source: Source, separator: str = "") -> Iterator[Record | Refused]:
    """Returns each row by the names of its columns, those of the first line; a name that comes twice counts once.

    Args:
        source: The file.
        separator: What stands between fields; found out from the first line where empty.

    Raises:
        Malformed: Quotes, or bounds, are broken so that rows can't be told apart.
    """
    with source.utf8() as stream:
        lines = _Lines(stream, source.limits.record)
        first = stream.peek(1)[:4096].decode("utf-8", "replace").partition("\n")[0]
        reader = csv.reader(lines, delimiter=separator or delimiter(first), strict=False)
        names = [name.strip() for name in next(_guarded(reader, lines), [])]
        if len(names) > source.limits.columns:
            raise Malformed("line 1", f"the table has more than {source.limits.columns} columns")
        for row in _guarded(reader, lines):
            if any(row):
                yield _record(f"line {lines.start}", names, row)


def _record(position: str, names: list[str], row: list[str]) -> Record | Refused:
    if len(row) > len(names) and any(row[len(names) :]):
        return Refused(position, f"the row has {len(row)} fields, the first line names {len(names)}")
    # The first of two columns of one name counts.
    return Record(position, Node(dict(zip(reversed(names[: len(row)]), reversed(row[: len(names)]), strict=True))))


def _guarded(reader: Iterator[list[str]], lines: "_Lines") -> Iterator[list[str]]:
    while True:
        lines.begin()
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise Malformed(f"line {lines.number}", f"the table is broken: {error}") from error
        if row is None:
            return
        yield row


class _Lines:
    """The lines of a table; those of one row are bounded together, for a quoted field goes over many."""

    def __init__(self, stream: BufferedReader, most: int) -> None:
        self._stream = stream
        self._most = most
        self._left = most
        self.number = 0
        self.start = 1

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(self._left + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self._left -= len(line)
        if self._left < 0:
            raise Malformed(f"line {self.start}", f"a row is longer than {self._most} bytes; is a quote open?")
        return line.decode("utf-8", "replace")

    def begin(self) -> None:
        """Begins a row."""
        self._left = self._most
        self.start = self.number + 1
