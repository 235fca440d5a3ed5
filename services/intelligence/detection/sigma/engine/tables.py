"""Value to class: values that pass the same tests are one."""

from dataclasses import dataclass
from itertools import islice

from services.intelligence.detection.sigma.engine.scanner import Scanner


@dataclass
class Statistics:
    """What the caches did."""

    scans: int = 0
    evaluations: int = 0
    evictions: int = 0


@dataclass(frozen=True)
class Limits:
    """Bounds of the caches: values a field, characters a value, combinations a bucket; 0 values turns the tables off."""

    values: int = 16_384
    characters: int = 2_048
    combinations: int = 16_384


def evict(table: dict[object, object], statistics: Statistics) -> None:
    """Forget the older half."""
    for key in list(islice(table, (len(table) + 1) // 2)):
        del table[key]
        statistics.evictions += 1


class ValueTable(dict[object, int]):
    """A field's values and the mask of the tests that each passes; looked up by subscript, filled on a miss."""

    def __init__(self, scanner: Scanner, limits: Limits, statistics: Statistics) -> None:
        super().__init__()
        self._scanner = scanner
        self._limits = limits
        self._statistics = statistics

    def __missing__(self, value: object) -> int:
        """Scan a value that isn't known."""
        self._statistics.scans += 1
        mask = self._scanner.mask(value)
        # True and 1 are one key of a dictionary and two values to a rule.
        if (
            self._limits.values
            and value not in (0, 1)
            and not (isinstance(value, str) and len(value) > self._limits.characters)
        ):
            if len(self) >= self._limits.values:
                evict(self, self._statistics)  # type: ignore[arg-type]  # keys and values are only dropped
            self[value] = mask
        return mask
