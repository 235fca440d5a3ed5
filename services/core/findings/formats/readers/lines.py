"""JSON Lines (https://jsonlines.org): one document a line; a bad line is refused, the others are read."""

import json
from collections.abc import Iterator
from io import BufferedReader
from typing import NoReturn

from services.core.findings.formats.kernel.model import Refused
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source

_PIECE = 1024 * 1024


def json_lines(source: Source) -> Iterator[Record | Refused]:
    """Returns the object of each line; empty lines are none."""
    with source.utf8() as stream:
        for number, line in enumerate(_lines(stream, source.limits.record), 1):
            if line is None:
                yield Refused(f"line {number}", f"it is longer than {source.limits.record} bytes")
            elif line.strip():
                yield _record(f"line {number}", line)


def _lines(stream: BufferedReader, most: int) -> Iterator[bytes | None]:
    """Returns each line, or None for one that is too long to be held."""
    while line := stream.readline(most):
        if line.endswith(b"\n") or len(line) < most:
            yield line
            continue
        piece = line
        while piece and not piece.endswith(b"\n"):
            piece = stream.readline(_PIECE)
        yield None


def _record(position: str, line: bytes) -> Record | Refused:
    try:
        value = _DECODER.decode(line.decode())
    except (ValueError, RecursionError) as error:
        return Refused(position, f"it is no JSON: {error}"[:300])
    return Record(position, Node(value)) if isinstance(value, dict) else Refused(position, "it is no JSON object")


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_constant)
