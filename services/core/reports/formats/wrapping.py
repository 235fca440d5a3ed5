"""Texts made to fit on paper: long words get places to break, long lines are broken, long texts are cut."""

import re
from dataclasses import dataclass

_ZERO_WIDTH_SPACE = "\u200b"
_LONG_WORD = re.compile(r"\S{30,}")
_PLACES = re.compile(r"([/?&=.,;:_\-@%+|])(?=\S)")
_CHARACTERS = 1_200_000
_BOUNDS = ((300, 8_000), (600, 20_000))  # of evidence and of other texts
_RUN = re.compile(rf"([^\s{_ZERO_WIDTH_SPACE}]{{30}})(?=[^\s{_ZERO_WIDTH_SPACE}])")


@dataclass(frozen=True, slots=True)
class Room:
    """How many characters the texts of a finding may have on paper."""

    evidence: int
    text: int

    @classmethod
    def among(cls, findings: int) -> "Room":
        """Returns the room of each of several findings: the more there are, the less each has, so that all fit."""
        each = max(1, findings)
        evidence, text = (max(least, min(most, _CHARACTERS // each)) for least, most in _BOUNDS)
        return cls(evidence, text)


def breakable(text: str) -> str:
    """Returns a text whose long words may be broken: after what parts URLs, else every 30 characters."""
    return _LONG_WORD.sub(lambda word: _RUN.sub(_split, _PLACES.sub(_split, word.group())), text)


def wrapped(text: str, columns: int) -> str:
    """Returns a text with no line longer than `columns` characters."""
    return "\n".join(
        line[start : start + columns] for line in text.split("\n") for start in range(0, max(1, len(line)), columns)
    )


def clipped(text: str, limit: int) -> str:
    """Returns a text of at most `limit` characters, and says so where it was longer."""
    return text if len(text) <= limit else f"{text[:limit]}\n[shortened: {len(text) - limit} more characters]"


def _split(found: re.Match[str]) -> str:
    return found.group(1) + _ZERO_WIDTH_SPACE
