"""Value to class: values that pass the same tests are one."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import or_
from typing import TypeVar

from services.intelligence.detection.sigma.engine.scanner import Scanner
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


class Class:
    """What a value is to the tests of its field: the bits of those that it passes. Equal to itself only."""

    __slots__ = ("mask",)

    def __init__(self, mask: int) -> None:
        self.mask = mask


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


class ValueTable(dict[object, Class]):
    """A field's values and the class of each; looked up by subscript, filled on a miss."""

    def __init__(self, scanner: Scanner, budget: Budget) -> None:
        super().__init__()
        self._scanner = scanner
        self._budget = budget
        self._classes: dict[int, Class] = {}
        self._flags: dict[tuple[bool, object], Class] = {}

    def __missing__(self, value: object) -> Class:
        """Scan a scalar that isn't known."""
        if not isinstance(value, str | int | float | None):
            return self._class(self._scan(value))
        # True and 1 are one key of a dictionary and two values to a rule.
        if value in (0, 1):
            return self._flag((isinstance(value, bool), value))
        made = self._class(self._scan(value))
        if self._keeps(value):
            self._budget.spend(value)
            if len(self) >= self._budget.limits.values:
                evict(self, self._budget.statistics)
            self[value] = made
        return made

    def listed(self, value: object) -> Class:
        """The class of what may be a list: its members' together."""
        if not isinstance(value, list | tuple):
            return self._scalar(value)
        classes = [self._scalar(one) for one in several(value)]
        if not classes:
            return self[None]
        return self._class(reduce(or_, (one.mask for one in classes)))

    def _scalar(self, value: object) -> Class:
        return self[value] if isinstance(value, str | int | float | None) else self.__missing__(value)

    def forget(self) -> None:
        """Empty the table."""
        self.clear()
        self._classes.clear()
        self._flags.clear()

    def _flag(self, flag: tuple[bool, object]) -> Class:
        known = self._flags.get(flag)
        if known is None:
            known = self._class(self._scan(flag[1]))
            if self._keeps(flag[1]):
                self._flags[flag] = known
        return known

    def _keeps(self, value: object) -> bool:
        limits = self._budget.limits
        return limits.values > 0 and not (isinstance(value, str) and len(value) > limits.longest)

    def _scan(self, value: object) -> int:
        self._budget.statistics.scans += 1
        return self._scanner.mask(value)

    def _class(self, mask: int) -> Class:
        known = self._classes.get(mask)
        if known is None:
            if len(self._classes) >= max(1, self._budget.limits.values):
                evict(self._classes, self._budget.statistics)
            known = self._classes[mask] = Class(mask)
        return known
