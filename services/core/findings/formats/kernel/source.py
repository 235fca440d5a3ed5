"""A file that can be read more than once, unpacked and bounded on the way."""

import codecs
import gzip
import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from services.core.findings.formats.kernel.errors import Malformed
from services.core.findings.formats.kernel.head import HEAD, Head
from services.core.findings.formats.kernel.limits import LIMITS, Limits

_CHUNK = 65_536
_GZIP = b"\x1f\x8b\x08"


@dataclass(frozen=True)
class Source:
    """A report as it was sent, on disk or in memory.

    Attributes:
        opener: Opens it from the beginning, in binary, as often as it is asked.
        filename: As the sender calls it, without meaning but its ending.
        limits: What is taken in at once.
        skip: Bytes at its beginning that aren't the report, such as the `name =` of a script.
    """

    opener: Callable[[], BinaryIO]
    filename: str = ""
    limits: Limits = LIMITS
    skip: int = 0

    @staticmethod
    def of(content: bytes, filename: str = "", limits: Limits = LIMITS) -> "Source":
        """Returns a source of what is in memory."""
        return Source(lambda: io.BytesIO(content), filename, limits)

    @staticmethod
    def at(path: Path, limits: Limits = LIMITS) -> "Source":
        """Returns a source of a file on disk."""
        return Source(lambda: path.open("rb"), path.name, limits)

    @cached_property
    def head(self) -> Head:
        """The beginning, which tells the format.

        Raises:
            Malformed: It is packed, and damaged.
        """
        with self.utf8() as stream:
            start = stream.read(HEAD)
        return Head(start.removeprefix(codecs.BOM_UTF8), self.filename)

    def open(self) -> io.BufferedReader:
        """Opens it unpacked (gzip), from the beginning; reading past the limit or damage raises `Malformed`."""
        raw = self.opener()
        packed = raw.read(len(_GZIP)) == _GZIP
        raw.seek(0)
        return io.BufferedReader(_Bounded(gzip.GzipFile(fileobj=raw) if packed else raw, raw, self.limits.file), _CHUNK)

    def utf8(self) -> io.BufferedReader:
        """Opens it as `open` does, a mark of byte order taken away and UTF-16, as Windows pipes it, made UTF-8."""
        stream = self.open()
        mark = stream.peek(3)[:3]
        if mark.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            stream = io.BufferedReader(_Recoded(stream), _CHUNK)
        elif mark == codecs.BOM_UTF8:
            stream.read(len(mark))
        stream.read(self.skip)
        return stream


class _Bounded(io.RawIOBase):
    """Bytes of a file, at most as many as it may have."""

    def __init__(self, content: BinaryIO | gzip.GzipFile, file: BinaryIO, most: int) -> None:
        self._content = content
        self._file = file
        self._most = most
        self._read = 0

    def readable(self) -> bool:
        """Returns true."""
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]  # what io passes is a memoryview
        """Fills a buffer."""
        try:
            piece = self._content.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Malformed(f"byte {self._read}", "the gzip archive is damaged or incomplete") from error
        self._read += len(piece)
        if self._read > self._most:
            raise Malformed(f"byte {self._most}", f"the file is larger than {self._most} bytes")
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Closes the file."""
        self._content.close()
        self._file.close()
        super().close()


class _Recoded(io.RawIOBase):
    """UTF-16 as UTF-8."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")

    def readable(self) -> bool:
        """Returns true."""
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]  # what io passes is a memoryview
        """Fills a buffer; a unit of two bytes is at most three of UTF-8."""
        encoded = b""
        while not encoded:
            piece = self._stream.read(max(2, len(buffer) // 3 - 4))
            encoded = self._decoder.decode(piece, final=not piece).encode()
            if not piece:
                break
        buffer[: len(encoded)] = encoded
        return len(encoded)

    def close(self) -> None:
        """Closes the file."""
        self._stream.close()
        super().close()
