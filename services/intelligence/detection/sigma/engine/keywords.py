"""Finds which keywords are in any value of an event, all values in one pass."""

from collections.abc import Mapping

from services.intelligence.detection.sigma.engine.checks import LONG_S, Checks
from services.intelligence.detection.sigma.engine.literals import EDGE
from services.intelligence.detection.sigma.engine.scanner import NOTHING, Found
from services.intelligence.detection.sigma.expressions import Atom, Test
from services.intelligence.detection.sigma.matching.evaluation import holds
from services.intelligence.detection.sigma.matching.values import several, text


class Keywords:
    """Tests of an event's values, whichever field they are in, each with its number."""

    def __init__(self, tests: Mapping[Test, int]) -> None:
        found = Checks()
        self._others = [number for test, number in tests.items() if not found.take(test, number)]
        self._others += [number for number, _ in found.always]
        self._expressions = [number for number, _ in found.expressions]
        self._after = [number for number, _ in found.after]
        self._literals = found.literals()
        self._atoms = {number: Atom(None, test) for test, number in tests.items()}

    def found(self, event: Mapping[str, object]) -> Found:
        """The tests that a value of a flat event passes."""
        if self._literals is None:
            found = set()
        else:
            shown = EDGE.join([value.lower() if type(value) is str else _written(value) for value in event.values()])
            found = self._literals.found(shown)
            if not found and not self._others and shown.isascii():
                return NOTHING
            if LONG_S in shown:
                found.update(self._expressions)
        unsure = {number for number in found if number < 0}
        sure = found - unsure - set(self._expressions)
        asked = {*(self._after[~number] for number in unsure), *self._others, *(found & set(self._expressions))}
        return frozenset(sure).union(number for number in asked if holds(self._atoms[number], event))


def _written(value: object) -> str:
    if type(value) is int:
        try:
            return f"{value}"
        except ValueError:
            return text(value)
    return EDGE.join([text(one).lower() for one in several(value)])
