"""Which of many literals are in a text, in one pass."""

import re
from collections.abc import Sequence

from ahocorasick_rs import AhoCorasick

EDGE = "A"
"""Stands before and after a text and at a literal's anchored ends: no text in lower case holds it."""

CHUNK = 1 << 16

_SURROGATES = re.compile("[\ud800-\udfff]")


class Literals:
    """Literals in lower case, each with its number; with `EDGE` at an end that must be the text's."""

    def __init__(self, literals: Sequence[tuple[str, int]]) -> None:
        self._numbers = [number for _, number in literals]
        self._overlap = max(len(literal) for literal, _ in literals)
        automaton = AhoCorasick([literal for literal, _ in literals], store_patterns=False)
        self._find = automaton.find_matches_as_indexes

    def found(self, shown: str) -> set[int]:
        """The numbers of all literals in a text, which is in lower case."""
        if len(shown) > CHUNK:
            return self._piecewise(f"{EDGE}{shown}{EDGE}")
        try:
            hits = self._find(f"{EDGE}{shown}{EDGE}", True)
        except UnicodeEncodeError:
            return self.found(_SURROGATES.sub("B", shown))
        numbers = self._numbers
        return {numbers[hit[0]] for hit in hits}

    def _piecewise(self, shown: str) -> set[int]:
        """Piece by piece: a text of one letter may hold millions of hits."""
        found: set[int] = set()
        for start in range(0, len(shown), CHUNK):
            piece = _SURROGATES.sub("B", shown[start : start + CHUNK + self._overlap])
            hits = self._find(piece, True)
            found.update([self._numbers[index] for index in {hit[0] for hit in hits}])
        return found


def well_formed(text: str) -> bool:
    """Whether it holds no half of a surrogate pair, which JSON may and the automaton doesn't take."""
    return _SURROGATES.search(text) is None
