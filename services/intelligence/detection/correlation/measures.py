"""What windows measure, kept up as entries come and go."""

import bisect
from collections import Counter
from fractions import Fraction
from typing import Protocol

from services.intelligence.detection.correlation.model import Correlation, Entry, Kind, Number


class Measure(Protocol):
    """A number over the entries of a window."""

    def add(self, entry: Entry) -> None:
        """An entry comes into the window."""

    def remove(self, entry: Entry) -> None:
        """An entry leaves it."""

    def value(self) -> Number:
        """The measure of what is in it."""


class Distinct:
    """Counts distinct values, or rules, by a multiset: O(1) for each entry."""

    def __init__(self, *, rules: bool) -> None:
        self._rules = rules
        self._counts: Counter[object] = Counter()

    def add(self, entry: Entry) -> None:
        """Count an entry's value or rule."""
        self._counts[entry.rule if self._rules else entry.value] += 1

    def remove(self, entry: Entry) -> None:
        """Forget it."""
        counted = entry.rule if self._rules else entry.value
        self._counts[counted] -= 1
        if not self._counts[counted]:
            del self._counts[counted]

    def value(self) -> Number:
        """How many are distinct."""
        return len(self._counts)


class Total:
    """Sum or mean, exact: a running sum of floats would depend on what has left the window."""

    def __init__(self, *, count: bool = False, mean: bool = False) -> None:
        self._only_count, self._mean = count, mean
        self._count = 0
        self._sum: int | Fraction = 0

    def add(self, entry: Entry) -> None:
        """Add an entry's value."""
        self._count += 1
        if not isinstance(entry.value, str):
            self._sum += entry.value

    def remove(self, entry: Entry) -> None:
        """Take it off."""
        self._count -= 1
        if not isinstance(entry.value, str):
            self._sum -= entry.value

    def value(self) -> Number:
        """The count, the sum or the mean."""
        if self._only_count:
            return self._count
        return Fraction(self._sum) / self._count if self._mean and self._count else self._sum


class Percentile:
    """The least value that so many percent of all don't exceed (nearest rank); values are kept in order."""

    def __init__(self, percentile: int) -> None:
        self._percentile = percentile
        self._values: list[int | Fraction] = []

    def add(self, entry: Entry) -> None:
        """Put an entry's value in its place."""
        if not isinstance(entry.value, str):
            bisect.insort(self._values, entry.value)

    def remove(self, entry: Entry) -> None:
        """Take it out."""
        if not isinstance(entry.value, str):
            del self._values[bisect.bisect_left(self._values, entry.value)]

    def value(self) -> Number:
        """The value at the rank."""
        return self._values[-(-len(self._values) * self._percentile // 100) - 1] if self._values else 0


def measure(correlation: Correlation) -> Measure:
    """An empty window's measure."""
    match correlation.kind:
        case Kind.VALUE_COUNT | Kind.TEMPORAL:
            return Distinct(rules=correlation.kind is Kind.TEMPORAL)
        case Kind.VALUE_PERCENTILE:
            return Percentile(correlation.percentile)
        case kind:
            return Total(count=kind is Kind.EVENT_COUNT, mean=kind is Kind.VALUE_AVG)
