"""The reading process: one file, asked for over standard input, its records as frames on standard output.

Started as `python -m services.core.imports.reading PARENT`, PARENT the process id to die with.
"""

import resource
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, NoReturn

from xorb.core.v1 import finding_pb2

from services.core.findings.formats import registry
from services.core.findings.formats.kernel.errors import Malformed
from services.core.findings.formats.kernel.model import Entry, Refused, Reported
from services.core.findings.formats.kernel.source import Source
from services.core.imports.reading import frames
from services.core.imports.reading.asked_file import AskedFile
from services.core.imports.reading.frames import NUMBER, Broken, Order, frame, said
from services.core.imports.reading.reports import sighting
from services.executors import sandbox, system_calls
from services.executors.domain import Limits

MEMORY = 1024 * 1024 * 1024
"""Bytes of memory that reading may take: the kernel of formats keeps less."""
_SECONDS = 6 * 3600.0
_OPEN_FILES = 16
_RECORDS = 1000
_BYTES = 2 * 1024 * 1024


class Reader:
    """Reads one file.

    Args:
        order: What to read.
        asked: Where answers come from.
        told: Where frames go.
    """

    def __init__(self, order: Order, asked: BinaryIO, told: BinaryIO) -> None:
        self._order = order
        self._asked = asked
        self._told = told
        self._now = datetime.now(UTC)
        self._batch = finding_pb2.RecordSightingsRequest()
        self._bytes = 0
        self._records = 0

    def read(self) -> None:
        """Reads the file to its end, and says how it ended."""
        reason = ""
        try:
            for entry in self._entries():
                self._take(entry)
        except Malformed as error:
            reason = str(error) or "it can't be read"
        except MemoryError:
            reason = "it needs more memory than a file may take"
        except RecursionError:
            reason = "it is nested too deeply"
        self._flush()
        self._say(said(b"E", records=self._records, reason=reason))

    def _entries(self) -> Iterator[Entry]:
        source = Source(lambda: AskedFile(self._ask), self._order.filename)  # type: ignore[arg-type, return-value]  # a RawIOBase reads as a BinaryIO does
        known = registry.formats()
        if self._order.format and self._order.format not in known:
            raise Malformed("", f"there is no format {self._order.format!r}; there are {', '.join(known)}")
        form = known[self._order.format] if self._order.format else registry.detect(source)
        self._say(frame(b"F", form.name.encode()))
        return registry.read(form, source)

    def _take(self, entry: Entry) -> None:
        if isinstance(entry, Refused):
            self._say(said(b"X", position=entry.position[:500], reason=entry.reason[:2000], count=entry.count))
            return
        self._records += 1
        if self._records > self._order.skip and not self._order.check_only:
            self._add(entry)

    def _add(self, entry: Reported) -> None:
        report = sighting(entry, self._order.label, self._now)
        if report is None:
            return
        report.sighting_id = str(self._records - 1)
        size = report.ByteSize()
        if len(self._batch.sightings) >= _RECORDS or self._bytes + size > _BYTES:
            self._flush(self._records - 1)
        self._batch.sightings.append(report)
        self._bytes += size

    def _flush(self, after: int | None = None) -> None:
        if self._batch.sightings:
            number = NUMBER.pack(self._records if after is None else after)
            self._say(frame(b"B", number + self._batch.SerializeToString()))
            self._batch.Clear()
            self._bytes = 0

    def _ask(self, position: int) -> bytes:
        self._say(frame(b"R", NUMBER.pack(position)))
        kind, content = frames.receive(self._asked)
        if kind != b"C":
            raise Broken("not an answer")
        return content

    def _say(self, content: bytes) -> None:
        self._told.write(content)
        self._told.flush()


def main(parent: str) -> NoReturn:
    """Reads the file of the order that standard input holds; exit 0 if it ended as it should."""
    sandbox.die_with(int(parent))
    # Whatever is needed is loaded before nothing can be opened any more.
    registry.formats()
    order = Order.of(frames.receive(sys.stdin.buffer)[1])
    sandbox.confine(Limits(seconds=_SECONDS, memory_bytes=MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    system_calls.restrict()
    Reader(order, sys.stdin.buffer, sys.stdout.buffer).read()
    sys.exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
