"""Bytes on their way into the parser of JSON, without those that it can't bear."""

import re
from io import BufferedIOBase

from services.core.findings.formats.kernel.errors import Malformed

_DIGITS = 4000
# ijson 3.6 in C crashes the process on a whole number that Python refuses, one of more than 4,300 digits. The look
# behind keeps the search linear.
_NUMBER = re.compile(rb"(?<![0-9])[0-9]{%d}" % _DIGITS)


class Fed:
    """A stream as a parser reads it, as long as the parser makes something of it.

    Attributes:
        offset: Bytes that were read.
        since: Bytes that were read since the parser's last event; whoever takes the events sets it back to 0.
    """

    def __init__(self, stream: BufferedIOBase, most: int) -> None:
        self._stream = stream
        self._most = most
        self._tail = b""
        self.offset = 0
        self.since = 0

    def read(self, size: int) -> bytes:
        """Returns the next bytes.

        Raises:
            Malformed: They hold a number of thousands of digits, or a text that doesn't end.
        """
        piece = self._stream.read(size)
        if _NUMBER.search(self._tail + piece):
            raise Malformed(f"before byte {self.offset + len(piece)}", f"a number has more than {_DIGITS} digits")
        self._tail = (self._tail + piece)[-_DIGITS:]
        self.offset += len(piece)
        self.since += len(piece)
        if self.since > self._most:
            raise Malformed(f"byte {self.offset - self.since}", f"a text is longer than {self._most} bytes")
        return piece
