"""A file that lies elsewhere: its bytes are asked for, a block at a time, and kept as long as they are read."""

import io
import os
from collections.abc import Callable

Ask = Callable[[int], bytes]
"""Returns the bytes from a position on, some of them; none at the end."""


class AskedFile(io.RawIOBase):
    """The file from its beginning; as many may be open at a time as are wanted.

    Args:
        ask: Asks for bytes.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._position = 0
        self._start = 0
        self._block = b""

    def readable(self) -> bool:
        """Returns true."""
        return True

    def seekable(self) -> bool:
        """Returns true: forwards and backwards, but not from the end, which nobody knows."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves to a position and returns it."""
        if whence == os.SEEK_END:
            raise io.UnsupportedOperation("the end is not known")
        self._position = offset + (self._position if whence == os.SEEK_CUR else 0)
        return self._position

    def tell(self) -> int:
        """Returns the position."""
        return self._position

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]  # what io passes is a memoryview
        """Fills a buffer."""
        place = self._position - self._start
        if not 0 <= place < len(self._block):
            self._start, place = self._position, 0
            self._block = self._ask(self._position)
        piece = self._block[place : place + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)
