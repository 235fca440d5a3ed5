"""What a template says, and what its logo may be."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from services.mesh.errors import Failure, invalid_field

LOGO_PIXELS = 2000
"""The most pixels that a logo may be wide or high."""

_PNG = b"\x89PNG\r\n\x1a\n"
_HEADER_BYTES = 13
_FRAME = 12  # length, type and checksum of a chunk


class Section(IntEnum):
    """A part of a report, numbered as in the contract."""

    EXECUTIVE_SUMMARY = 1
    METHODOLOGY = 2
    SCOPE = 3
    FINDINGS = 4
    ATTESTATION = 5


@dataclass(frozen=True, slots=True)
class Content:
    """What people choose: parts in their order, which findings, words and looks.

    Attributes:
        display_name: What people call the template.
        sections: The parts; all where there are none.
        filter: Which findings; all where empty.
        author: Who tested.
        classification: Who may read it.
        introduction: Words before the figures of the executive summary.
        methodology: How was tested.
        scope: What was in scope.
        attestation: The words of the attestation letter.
        omits_evidence: Whether to leave the evidence out.
        accent_color: The colour of headings, `#rrggbb`, or empty.
        logo: A PNG picture, or empty.
        typst_markup: Markup around the PDF's content, or empty.
    """

    display_name: str = ""
    sections: tuple[Section, ...] = ()
    filter: str = ""
    author: str = ""
    classification: str = ""
    introduction: str = ""
    methodology: str = ""
    scope: str = ""
    attestation: str = ""
    omits_evidence: bool = False
    accent_color: str = ""
    logo: bytes = b""
    typst_markup: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A template in one of its versions."""

    id: UUID
    version: int
    content: Content
    created_at: datetime
    updated_at: datetime


def created(identifier: UUID, content: Content, now: datetime) -> Template:
    """Returns a new template.

    Raises:
        Failure: INVALID_FIELD; it has no name, or its logo isn't a picture that we take.
    """
    return Template(identifier, 1, _checked(content), now, now)


def changed(template: Template, content: Content, now: datetime) -> Template:
    """Returns the next version of a template.

    Raises:
        Failure: INVALID_FIELD; it has no name, or its logo isn't a picture that we take.
    """
    return replace(template, version=template.version + 1, content=_checked(content), updated_at=now)


def _checked(content: Content) -> Content:
    if not content.display_name.strip():
        raise invalid_field("report_template.display_name", "a template needs a name")
    if content.logo:
        _check_png(content.logo)
    return content


def _check_png(picture: bytes) -> None:
    """Checks the frame of a PNG (W3C PNG §5): its chunks whole, the header first, the end last, nothing behind."""
    chunks = list(_chunks(picture))
    if [chunks[0][0], chunks[-1][0]] != [b"IHDR", b"IEND"] or len(chunks[0][1]) != _HEADER_BYTES:
        raise _not_a_logo("it isn't a PNG picture")
    width, height = struct.unpack(">II", chunks[0][1][:8])
    if not (0 < width <= LOGO_PIXELS and 0 < height <= LOGO_PIXELS):
        raise _not_a_logo(f"it has to be at most {LOGO_PIXELS} pixels wide and high")


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not picture.startswith(_PNG) or len(picture) < len(_PNG) + _FRAME:
        raise _not_a_logo("it isn't a PNG picture")
    place = len(_PNG)
    while place < len(picture):
        head = picture[place : place + 8]
        length = int.from_bytes(head[:4]) if len(head) == 8 else len(picture)  # noqa: PLR2004 - two fields of 4 bytes
        end = place + _FRAME + length
        body = picture[place + 4 : end - 4]
        if end > len(picture) or zlib.crc32(body) != int.from_bytes(picture[end - 4 : end]):
            raise _not_a_logo("it is a broken PNG picture")
        yield body[:4], body[4:]
        place = end


def _not_a_logo(why: str) -> Failure:
    return invalid_field("report_template.logo", why)
