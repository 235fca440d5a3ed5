"""Finds which tests of a field a value passes: literals in one pass, expressions in another, the rest singly."""

from collections.abc import Iterable, Mapping

from ahocorasick_rs import AhoCorasick

from services.intelligence.detection.sigma.engine.regexes import Regexes
from services.intelligence.detection.sigma.expressions import Exists, Like, Matches, Missing, Test
from services.intelligence.detection.sigma.matching.tests import encoded, lower, passes
from services.intelligence.detection.sigma.matching.values import several, text
from services.intelligence.detection.sigma.matching.wildcards import like

CHUNK = 1 << 16


class Scanner:
    """The tests of one field, by bit."""

    def __init__(self, tests: Mapping[Test, int]) -> None:
        self._exact: dict[str, int] = {}
        self._absent = self._present = 0
        self._others: list[tuple[Test, int]] = []
        literals: dict[str, list[tuple[Like, int]]] = {}
        for test, bit in tests.items():
            self._sort(test, 1 << bit, literals)
        self._checks = list(literals.values())
        found = [(test.pattern, 1 << bit) for test, bit in tests.items() if isinstance(test, Matches)]
        self._regexes = Regexes(found) if found else None
        self._overlap = max(map(len, literals), default=1)
        self._automaton = AhoCorasick(list(literals), store_patterns=False) if literals else None

    def _sort(self, test: Test, mask: int, literals: dict[str, list[tuple[Like, int]]]) -> None:
        if isinstance(test, Missing):
            self._absent |= mask
        elif isinstance(test, Exists):
            self._present |= mask
        elif isinstance(test, Like) and not test.cased:
            parts = lower(test.parts)
            if all(isinstance(part, str) for part in parts):
                shown = "".join(map(str, parts))
                self._exact[shown] = self._exact.get(shown, 0) | mask
                return
            longest = max((part for part in parts if isinstance(part, str)), key=len, default="")
            if longest:
                literals.setdefault(_well_formed(longest), []).append((Like(parts), mask))
            else:
                self._others.append((test, mask))
        elif not isinstance(test, Matches):
            self._others.append((test, mask))

    def mask(self, value: object) -> int:
        """The bits of the tests that the value of a field (a scalar, a list, or None for no field) passes."""
        values = several(value)
        if not values:
            return self._absent
        mask = self._present
        for one in values:
            mask |= self._scalar(one)
        return mask

    def _scalar(self, value: object) -> int:
        shown = text(value).lower()
        mask = self._exact.get(shown, 0)
        for found in self._found(shown):
            for pattern, bit in self._checks[found]:
                if not mask & bit and like(pattern.parts, shown):
                    mask |= bit
        if self._regexes is not None:
            mask |= self._regexes.mask(encoded(text(value)))
        for test, bit in self._others:
            if passes(test, value):
                mask |= bit
        return mask

    def _found(self, shown: str) -> Iterable[int]:
        if self._automaton is None:
            return ()
        if not shown.isascii():
            shown = _well_formed(shown)
        if len(shown) <= CHUNK:
            return {found[0] for found in self._automaton.find_matches_as_indexes(shown, overlapping=True)}
        # Hits of a long text are gathered piece by piece: a text of one letter may hold millions of them.
        found: set[int] = set()
        for start in range(0, len(shown), CHUNK):
            piece = shown[start : start + CHUNK + self._overlap]
            found.update(hit[0] for hit in self._automaton.find_matches_as_indexes(piece, overlapping=True))
        return found


def _well_formed(shown: str) -> str:
    """Text without halves of surrogate pairs, as the automaton takes it; what it finds is looked at again."""
    return encoded(shown).decode()
