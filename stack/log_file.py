"""A component's log: plain appended lines, bounded in size."""

from pathlib import Path
from typing import BinaryIO

MAXIMUM_BYTES = 8 * 1024 * 1024
"""Size at which a log is put aside as ``<name>.log.1``; one older file is kept."""


class LogFile:
    """An append-only file that moves itself aside when it is full."""

    def __init__(self, path: Path, maximum_bytes: int = MAXIMUM_BYTES) -> None:
        self._path = path
        self._maximum = maximum_bytes
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file: BinaryIO = path.open("ab", buffering=0)

    @property
    def path(self) -> Path:
        """Where the newest lines are."""
        return self._path

    def write(self, chunk: bytes) -> None:
        """Append ``chunk``, first putting the file aside if it is full."""
        if self._file.tell() >= self._maximum:
            self._file.close()
            self._path.replace(self._path.with_name(self._path.name + ".1"))
            self._file = self._path.open("ab", buffering=0)
        self._file.write(chunk)

    def tail(self, lines: int = 12) -> str:
        """The last ``lines`` lines, as text."""
        with self._path.open("rb") as file:
            file.seek(max(0, self._path.stat().st_size - 16384))
            return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])

    def close(self) -> None:
        """Close the file."""
        self._file.close()
