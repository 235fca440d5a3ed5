"""How much of a file is taken in at once, whoever wrote it."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on a file and its records.

    Attributes:
        file: Bytes of the whole, after decompression.
        record: Bytes that one record may take, roughly as it stands in the file; a longer one is refused.
        token: Bytes of a piece of syntax that can't be divided: a tag, a string of JSON, a field of CSV.
        depth: How deep elements or values are nested.
        columns: Columns of a table.
        kept: Entries that a format may keep of a file while it reads on, such as the rules of SARIF.
        weight: Bytes of the records that those are of.
        places: Weaknesses that one record may report.
        refusals: Refused records that are told one by one; the others are counted.
    """

    file: int = 4096 * MEBIBYTE
    record: int = 16 * MEBIBYTE
    token: int = 4 * MEBIBYTE
    depth: int = 100
    columns: int = 1000
    kept: int = 200_000
    weight: int = 256 * MEBIBYTE
    places: int = 100_000
    refusals: int = 1000


LIMITS = Limits()
"""What holds where nothing else is said."""
