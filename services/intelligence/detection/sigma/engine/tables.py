"""Value to class: values that pass the same tests are one."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from services.intelligence.detection.sigma.engine.scanner import NOTHING, Found, Scanner
from services.intelligence.detection.sigma.matching.values import several

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass
class Statistics:
    """What the caches did: values scanned, combinations evaluated, buckets built, entries forgotten."""

    scans: int = 0
    evaluations: int = 0
    buckets: int = 0
    evictions: int = 0


@dataclass(frozen=True)
class Limits:
    """Bounds of the caches.

    Values a field and combinations a bucket; the longest value kept and the sum of all kept in a set, in characters;
    buckets, that is classes of events. With 0 values every value is scanned anew.
    """

    values: int = 16_384
    combinations: int = 16_384
    longest: int = 2_048
    characters: int = 64_000_000
    buckets: int = 4_096


USUAL = Limits()


def evict(table: dict[Key, Value], statistics: Statistics) -> None:
    """Forget the older half of a table."""
    for key in list(islice(table, (len(table) + 1) // 2)):
        del table[key]
        statistics.evictions += 1


class Budget:
    """What the tables of a set may hold together; past that all of them are emptied."""

    def __init__(self, limits: Limits, statistics: Statistics) -> None:
        self.limits, self.statistics = limits, statistics
        self._tables: list[ValueTable] = []
        self._held = 0

    def table(self, scanner: Scanner) -> "ValueTable":
        """A table that counts."""
        made = ValueTable(scanner, self)
        self._tables.append(made)
        return made

    def drop(self, tables: Iterable["ValueTable"]) -> None:
        """Forget tables that nobody asks any more."""
        dropped = {id(table) for table in tables}
        self._tables = [table for table in self._tables if id(table) not in dropped]

    def spend(self, value: object) -> None:
        """Count a value that is about to be kept."""
        self._held += len(value) if isinstance(value, str) else 1
        if self._held > self.limits.characters:
            for table in self._tables:
                self.statistics.evictions += len(table)
                table.forget()
            self._held = 0


class ValueTable(dict[object, Found]):
    """A field's values and the tests that each passes; looked up by subscript, filled on a miss.

    A subscript that is no scalar raises TypeError.
    """

    def __init__(self, scanner: Scanner, budget: Budget) -> None:
        super().__init__()
        self._scanner = scanner
        self._plain, self._known, self._otherwise = scanner.plain, scanner.known, scanner.otherwise
        self._budget = budget
        self._limits, self._statistics = budget.limits, budget.statistics
        self._longest = self._limits.longest if self._limits.values > 0 else -1
        self._classes: dict[Found, Found] = {}

    def __missing__(self, value: object) -> Found:
        """Scan a scalar that isn't known."""
        if self._plain and type(value) is str:
            # It takes no longer than to keep it.
            return self._known.get(value.lower(), self._otherwise)
        self._statistics.scans += 1
        if type(value) is str:
            found = self._scanner.scalar(value)
            return self._kept(value, found) if len(value) <= self._longest else found
        if value is None:
            return NOTHING
        if not isinstance(value, str | int | float):
            raise TypeError(value)
        found = self._scanner.scalar(value)
        # True and 1 are one key of a dictionary and two values to a rule.
        return self._kept(value, found) if self._longest >= 0 and value not in (0, 1) else found

    def listed(self, value: object) -> Found:
        """What is passed by what may be a list: what its members pass together."""
        if not isinstance(value, list | tuple):
            return self[value] if isinstance(value, str | int | float | None) else self._scanner.found(value)
        return NOTHING.union(*map(self._scanner.found, several(value)))

    def forget(self) -> None:
        """Empty the table."""
        self.clear()
        self._classes.clear()

    def _kept(self, value: object, found: Found) -> Found:
        self._budget.spend(value)
        if len(self) >= self._limits.values:
            evict(self, self._statistics)
        if len(self._classes) >= self._limits.values:
            evict(self._classes, self._statistics)
        # Equal sets are kept once.
        found = self[value] = self._classes.setdefault(found, found)
        return found
