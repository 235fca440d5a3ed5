"""How the reading process and its parent speak: a letter, a length of four bytes, and as many bytes.

The child asks for bytes of the file and tells what is in them; the parent answers with bytes.

| frame | content |
| --- | --- |
| `O` to the child | the order, JSON: `format`, `filename`, `label`, `skip`, `check_only` |
| `R` to the parent | read: a position in the file, 8 bytes |
| `C` to the child | the bytes from there on, as many as there are at hand; none at the end |
| `F` to the parent | the format's name |
| `B` to the parent | the number of the record after the batch, 8 bytes; then a RecordSightingsRequest of sightings |
| `X` to the parent | a refusal, JSON: `position`, `reason`, `count` |
| `E` to the parent | the end, JSON: `records`, and `reason` where the file can't be read on |
"""

import json
import struct
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

HEAD = struct.Struct(">cI")
NUMBER = struct.Struct(">Q")
MOST = 8 * 1024 * 1024
"""Bytes of a frame."""


class Broken(Exception):
    """The other side doesn't speak as it should, or not any more."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to read.

    Attributes:
        format: The format's name; empty to recognize it.
        filename: As the sender calls it.
        label: The asset of what names none.
        skip: How many records were recorded before; they aren't told again.
        check_only: Whether only refusals and the end are told.
    """

    format: str
    filename: str
    label: str
    skip: int = 0
    check_only: bool = False

    def to_bytes(self) -> bytes:
        """Returns it as the content of a frame."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def of(cls, content: bytes) -> "Order":
        """Returns the order of a frame's content."""
        return cls(**json.loads(content))


def frame(kind: bytes, content: bytes = b"") -> bytes:
    """Returns a frame."""
    return HEAD.pack(kind, len(content)) + content


def said(kind: bytes, **values: object) -> bytes:
    """Returns a frame of JSON."""
    return frame(kind, json.dumps(values).encode())


def heard(content: bytes) -> dict[str, Any]:
    """Returns the JSON of a frame.

    Raises:
        Broken: It is none.
    """
    try:
        values = json.loads(content)
    except ValueError as error:
        raise Broken("not JSON") from error
    if not isinstance(values, dict):
        raise Broken("not an object")
    return values


def receive(stream: BinaryIO) -> tuple[bytes, bytes]:
    """Returns kind and content of the next frame of a pipe.

    Raises:
        Broken: It has ended, or the frame is too long.
    """
    kind, length = HEAD.unpack(_exactly(stream, HEAD.size))
    if length > MOST:
        raise Broken("the frame is too long")
    return kind, _exactly(stream, length)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise Broken("the pipe has ended")
    return content
