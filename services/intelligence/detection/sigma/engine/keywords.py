"""Finds which keywords are in any value of an event, all values in one pass."""

from collections.abc import Iterable, Mapping

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
        self._others = {number for test, number in tests.items() if not found.take(test, number)}
        self._others.update([number for number, _ in found.always])
        self._expressions = [number for number, _ in found.expressions]
        self._after = [number for number, _ in found.after]
        self._literals = found.literals()
        self._atoms = {number: Atom(None, test) for test, number in tests.items()}

    def found(self, event: Mapping[str, object]) -> Found:
        """The tests that a value of a flat event passes."""
        shown = _joined(event.values())
        found = self._literals.found(shown) if self._literals is not None else set()
        odd = bool(self._expressions) and LONG_S in shown
        if not (found or self._others or odd):
            return NOTHING
        asked = self._others.union([self._after[~number] for number in found if number < 0])
        if odd:
            asked.update(self._expressions)
        sure = [number for number in found if number >= 0]
        return frozenset([*sure, *(number for number in asked if holds(self._atoms[number], event))])


def _joined(values: Iterable[object]) -> str:
    """The texts of all values in lower case, with edges between them."""
    try:
        # An f-string writes a number faster than a call that first asks how.
        return EDGE.join(
            [
                value.lower() if type(value) is str else f"{value}" if type(value) is int else _written(value)
                for value in values
            ]
        )
    except ValueError:
        # Python doesn't write integers of more than some thousand digits in decimal.
        return EDGE.join(map(_written, values))


def _written(value: object) -> str:
    return EDGE.join([text(one).lower() for one in several(value)])
