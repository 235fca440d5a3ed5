"""Finds which tests of a field a value passes: literals in one pass, expressions where their literals are found."""

from collections.abc import Mapping

from services.intelligence.detection.sigma.engine.checks import LONG_S, Checks
from services.intelligence.detection.sigma.engine.networks import Networks
from services.intelligence.detection.sigma.expressions import Exists, Like, Test, Within
from services.intelligence.detection.sigma.matching.tests import lower, passes
from services.intelligence.detection.sigma.matching.values import several, text

Found = frozenset[int]
"""The numbers of the tests that hold."""

NOTHING: Found = frozenset()


class Scanner:
    """The tests of one field, each with its number.

    Where it is `plain`, texts in lower case that are `known` pass those tests, any other value passes `otherwise`.
    """

    def __init__(self, tests: Mapping[Test, int]) -> None:
        self._exact: dict[str, list[int]] = {}
        self._others: list[tuple[Test, int]] = []
        present: list[int] = []
        networks: list[tuple[Within, int]] = []
        found = Checks()
        for test, number in tests.items():
            if isinstance(test, Exists):
                present.append(number)
            elif isinstance(test, Like) and not test.cased and all(isinstance(part, str) for part in test.parts):
                self._exact.setdefault("".join(map(str, lower(test.parts))), []).append(number)
            elif isinstance(test, Within):
                networks.append((test, number))
            elif not found.take(test, number):
                self._others.append((test, number))
        self.otherwise = frozenset(present)
        self._after, self._expressions, self._always = found.after, found.expressions, found.always
        self._literals = found.literals()
        self._networks = Networks(networks) if networks else None
        self._rare = bool(self._always or self._networks or self._others)
        self.known = {shown: self.otherwise.union(numbers) for shown, numbers in self._exact.items()}
        self.plain = self._literals is None and not self._rare

    def found(self, value: object) -> Found:
        """The tests that the value of a field (a scalar, a list, or None for no field) passes."""
        if isinstance(value, list | tuple):
            return NOTHING.union(*map(self.scalar, several(value)))
        return NOTHING if value is None else self.scalar(value)

    def scalar(self, value: object) -> Found:
        """The tests that one value which isn't None passes."""
        shown = (value if type(value) is str else text(value)).lower()
        if self.plain:
            return self.known.get(shown, self.otherwise)
        found: set[int] = set()
        if self._literals is not None:
            found = self._literals.found(shown)
            if self._after and found and min(found) < 0:
                self._check(found, value, shown)
            if self._expressions and LONG_S in shown:
                found.update([number for number, check in self._expressions if check(text(value), shown)])
        if shown in self._exact:
            found.update(self._exact[shown])
        if self._rare:
            self._ask(found, value, shown)
        return self.otherwise.union(found) if self.otherwise else frozenset(found)

    def _ask(self, found: set[int], value: object, shown: str) -> None:
        if self._always:
            written = text(value)
            found.update([number for number, check in self._always if check(written, shown)])
        if self._networks is not None:
            found.update(self._networks.found(shown))
        for test, number in self._others:
            if passes(test, value):
                found.add(number)

    def _check(self, found: set[int], value: object, shown: str) -> None:
        unsure = [number for number in found if number < 0]
        written = text(value)
        found.difference_update(unsure)
        for place in unsure:
            number, check = self._after[~place]
            if check(written, shown):
                found.add(number)
