"""What a format is: a name, a way to know its files, and a way to read them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from services.core.findings.formats.kernel.errors import Malformed, Unreadable
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.limits import LIMITS
from services.core.findings.formats.kernel.model import Entry, Refused, Reported
from services.core.findings.formats.kernel.record import Record
from services.core.findings.formats.kernel.source import Source

Recognize = Callable[[Head], bool]
"""Tells whether a file is of the format, by its beginning; no two formats say yes to one file."""
Read = Callable[[Source], Iterator[Entry]]
"""Reads a file, pulled record by record; raises `Malformed` where it can't go on."""


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of report.

    Attributes:
        name: The word it is asked for by: lower case, digits, hyphens; its module's, with hyphens.
        title: One line for people: the tool and its files.
        endings: Of the files' names, such as `json`, for people who choose a file; they decide nothing.
        recognizes: Tells its files from all others; nothing for a format that must be asked for.
        read: Reads a file.
    """

    name: str
    title: str
    endings: tuple[str, ...]
    recognizes: Recognize
    read: Read


def each(records: Iterable[Record | Refused], convert: Callable[[Record], Iterable[Reported]]) -> Iterator[Entry]:
    """Returns what each record reports; where `convert` can't read one (`ValueError`), the rest of it is refused."""
    for record in records:
        if isinstance(record, Refused):
            yield record
            continue
        try:
            yield from _counted(convert(record))
        except ValueError as error:
            yield Refused(record.position, str(error) or "it can't be read")


def collect(source: Source, records: Iterable[Record | Refused], most: int = 0) -> Iterator[Record]:
    """Returns records that a format keeps while it reads on; refused ones are left out, too many end the file.

    Args:
        source: The file.
        records: Of which the format keeps no more than it needs, some hundred bytes each.
        most: How many there may be where each is larger; the file's limit where 0.

    Raises:
        Malformed: There are more, or larger ones, than may be kept.
    """
    most, weight = most or source.limits.kept, 0
    for number, record in enumerate(records):
        if isinstance(record, Record):
            weight += record.weight
            if number >= most or weight > source.limits.weight:
                raise Malformed(record.position, "the file has more of what must be kept in mind than can be")
            yield record


def _counted(reported: Iterable[Reported]) -> Iterator[Reported]:
    for number, one in enumerate(reported):
        if number >= LIMITS.places:
            raise Unreadable(f"it has more than {LIMITS.places} places; these are read")
        yield one


def never(head: Head) -> bool:
    """Recognizes nothing: the format must be asked for."""
    return not head


def required(value: str, name: str) -> str:
    """Returns a text that must be there.

    Raises:
        Unreadable: It is empty.
    """
    if not value:
        raise Unreadable(f"{name} is missing")
    return value
