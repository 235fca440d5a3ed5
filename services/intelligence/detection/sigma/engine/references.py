"""Tests that compare one field with another."""

from collections.abc import Mapping, Sequence

from services.intelligence.detection.sigma.engine.scanner import NOTHING, Found
from services.intelligence.detection.sigma.expressions import Atom, Refers
from services.intelligence.detection.sigma.matching.evaluation import holds


class References:
    """Tests of two fields, each with its number; asked only where both are there."""

    def __init__(self, atoms: Sequence[tuple[Atom, int]]) -> None:
        self._asked = [
            (str(atom.field), atom.test.field, atom, number) for atom, number in atoms if isinstance(atom.test, Refers)
        ]

    def found(self, event: Mapping[str, object]) -> Found:
        """The tests that hold of a flat event."""
        found = NOTHING
        for one, other, atom, number in self._asked:
            if one in event and other in event and holds(atom, event):
                found |= {number}
        return found
