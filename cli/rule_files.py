"""Finds rule files where people have them: a file, a folder such as a git checkout, or an archive."""

import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from cli.errors import CliError

File = tuple[str, str]
"""The path of a file inside what was given, and its text."""

_ENDINGS = (".yml", ".yaml")
_LARGEST = 1 << 20
_BATCH = 1 << 21
_MOST = 500


def read(place: Path) -> Iterator[File]:
    """Yields the rule files of a place, an archive's without unpacking it.

    Raises:
        CliError: There is no such place, or it can't be read.
    """
    try:
        if place.is_dir():
            yield from _folder(place)
        elif zipfile.is_zipfile(place):
            yield from _zipped(place)
        elif place.suffix not in _ENDINGS and tarfile.is_tarfile(place):
            yield from _tarred(place)
        else:
            yield place.name, place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        raise CliError(f"Can't read {place}: {getattr(error, 'strerror', None) or error}") from error


def batches(files: Iterable[File]) -> Iterator[list[File]]:
    """Yields files in batches that a request may have."""
    batch: list[File] = []
    size = 0
    for file in files:
        length = len(file[1].encode())
        if batch and (size + length > _BATCH or len(batch) == _MOST):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += length
    if batch:
        yield batch


def _folder(place: Path) -> Iterator[File]:
    for file in sorted(place.rglob("*")):
        # What is hidden is a tool's, such as git's; a link may lead out of the folder.
        hidden = any(part.startswith(".") for part in file.relative_to(place).parts)
        if file.suffix in _ENDINGS and not hidden and not file.is_symlink() and file.is_file():
            yield str(file.relative_to(place)), file.read_text(encoding="utf-8")


def _zipped(place: Path) -> Iterator[File]:
    with zipfile.ZipFile(place) as archive:
        for entry in archive.infolist():
            if entry.filename.endswith(_ENDINGS) and not entry.is_dir():
                with archive.open(entry) as opened:
                    yield entry.filename, _text(entry.filename, opened)


def _tarred(place: Path) -> Iterator[File]:
    with tarfile.open(place) as archive:
        for entry in archive:
            opened = archive.extractfile(entry) if entry.isfile() and entry.name.endswith(_ENDINGS) else None
            if opened is not None:
                yield entry.name, _text(entry.name, opened)


def _text(path: str, opened: IO[bytes]) -> str:
    content = opened.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise CliError(f"{path} is larger than a file of rules may be, 1 MiB.")
    return content.decode("utf-8")
