"""Patterns with `*` and `?`, in time that grows with pattern times text and no faster."""

import re
from collections.abc import Callable
from functools import lru_cache

from services.intelligence.detection.sigma.expressions import Parts, Wildcard

Segment = tuple[str | Wildcard, ...]


def like(parts: Parts, text: str) -> bool:
    """Whether the whole text is the pattern; both must have been brought to one case before.

    Between two `*` the leftmost place will do, as it leaves most for the rest: nothing is ever tried twice.
    """
    segments = split(parts)
    if len(segments) == 1:
        return _length(segments[0]) == len(text) and _at(segments[0], text, 0)
    first, *middle, last = segments
    start, end = _length(first), len(text) - _length(last)
    if end < start or not _at(first, text, 0) or not _at(last, text, end):
        return False
    for segment in middle:
        place = _find(segment, text, start, end)
        if place < 0:
            return False
        start = place + _length(segment)
    return True


def matcher(parts: Parts) -> Callable[[str], bool]:
    """`like` for one pattern and many texts."""
    segments = split(parts)
    plain = ["".join(map(str, segment)) for segment in segments if Wildcard.ONE not in segment]
    if len(plain) < len(segments) or len(plain) == 1:
        return lambda text: like(parts, text)
    first, *middle, last = plain
    before, after = len(first), len(last)

    def ordered(text: str) -> bool:
        start, end = before, len(text) - after
        if end < start or not text.startswith(first) or not text.endswith(last):
            return False
        for literal in middle:
            place = text.find(literal, start, end)
            if place < 0:
                return False
            start = place + len(literal)
        return True

    return ordered


def split(parts: Parts) -> list[Segment]:
    """The pattern cut at each `*`; what is left has a fixed length."""
    segments: list[list[str | Wildcard]] = [[]]
    for part in parts:
        if part is Wildcard.ANY:
            segments.append([])
        else:
            segments[-1].append(part)
    return [tuple(segment) for segment in segments]


def _length(segment: Segment) -> int:
    return sum(len(part) if isinstance(part, str) else 1 for part in segment)


def _at(segment: Segment, text: str, place: int) -> bool:
    for part in segment:
        if isinstance(part, str):
            if not text.startswith(part, place):
                return False
            place += len(part)
        else:
            place += 1
    return True


def _find(segment: Segment, text: str, start: int, end: int) -> int:
    """The leftmost place in text[start:end] at which a segment stands, or -1."""
    if len(segment) == 1 and isinstance(segment[0], str):
        return text.find(segment[0], start, end)
    found = _expression(segment).search(text, start, end)
    return -1 if found is None else found.start()


@lru_cache(maxsize=8_192)
def _expression(segment: Segment) -> re.Pattern[str]:
    """A segment as an expression; nothing in it repeats, so its search takes no more than pattern times text."""
    return re.compile("".join(re.escape(part) if isinstance(part, str) else "." for part in segment), re.DOTALL)
