"""What a dashboard says, and how it follows from what is counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.core.findings.domain import Severity, State

Counts = tuple[int, ...]
"""How many of each severity, from unrated to CRITICAL: six numbers."""

NONE: Final[Counts] = (0,) * len(Severity)

OPEN: Final = (State.OPEN, State.TRIAGED, State.IN_REMEDIATION, State.READY_FOR_RETEST)
"""The states in which something is still to be done."""

WEIGHTS: Final[Counts] = (0, 0, 1, 3, 7, 10)
"""What a finding of each severity weighs; the table's column `weight` is the same."""

FACTORS: Final[Mapping[int, float]] = {0: 1.0, 1: 0.5, 2: 1.0, 3: 1.5, 4: 2.0}
"""What the weight is multiplied with, by the target's criticality as it is stored: none, then LOW to CRITICAL."""

WINDOWS: Final = (30, 90)
"""Of how many days times to remediate are told."""

TREND: Final = 90
"""How many days the trend has."""

_STEPS: Final = 4
"""How many classes of lengths there are from one to its double."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long findings took that were resolved in a window.

    Attributes:
        days: The window, in days.
        classes: How many there are of each length, `2 ** (class / 4)` seconds.
        seconds: The sum of the exact lengths, by severity.
    """

    days: int
    classes: Mapping[int, Counts]
    seconds: Counts


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day: how often findings were opened and closed, and what was open at its end."""

    day: date
    opened: int
    closed: int
    open: Counts


@dataclass(frozen=True, slots=True)
class Board:
    """An organization's counters, or a target's.

    Attributes:
        today: The day of now, in UTC.
        states: How many there are by state and by their deadline's stage, 0 where there is none.
        assets: What is open on the assets that have most, by weight.
        tools: What is open by tool.
        lengths: How long findings took, for each of `WINDOWS`.
        trend: The last `TREND` days.
        exposure: The sum of weight times criticality.
    """

    today: date
    states: Mapping[tuple[State, int], Counts]
    assets: tuple[tuple[str, Counts], ...]
    tools: tuple[tuple[str, Counts], ...]
    lengths: tuple[Lengths, ...]
    trend: tuple[Day, ...]
    exposure: float

    def open(self, stage: int | None = None) -> Counts:
        """Returns what is open; with one stage of deadlines, where it is given."""
        return added(counts for (state, its), counts in self.states.items() if state in OPEN and stage in {None, its})

    def of(self, state: State) -> int:
        """Returns how many are in one state."""
        return sum(sum(counts) for (one, _), counts in self.states.items() if one is state)


def added(many: Iterable[Counts]) -> Counts:
    """Returns the sum, severity by severity."""
    return tuple(map(sum, zip(NONE, *many, strict=True)))


def weight(counts: Counts) -> int:
    """Returns what findings weigh together."""
    return sum(number * each for number, each in zip(counts, WEIGHTS, strict=True))


def exposure(total: Counts, by_criticality: Mapping[int, Counts]) -> float:
    """Returns the sum of weight times criticality.

    Args:
        total: All that is open.
        by_criticality: What of it is on targets, by their criticality as it is stored.
    """
    of_targets = {level: weight(counts) for level, counts in by_criticality.items()}
    elsewhere = weight(total) - sum(of_targets.values())
    return elsewhere * FACTORS[0] + sum(FACTORS[level] * each for level, each in of_targets.items())


def mean(lengths: Lengths, severity: Severity | None) -> timedelta:
    """Returns the mean length of one severity, or of all."""
    number = sum(_of(counts, severity) for counts in lengths.classes.values())
    return timedelta(seconds=round(_of(lengths.seconds, severity) / number)) if number else timedelta()


def median(lengths: Lengths, severity: Severity | None) -> timedelta:
    """Returns the median length of one severity, or of all: the middle of its class, at most a tenth off."""
    numbers = {one: _of(counts, severity) for one, counts in sorted(lengths.classes.items())}
    left = (sum(numbers.values()) + 1) // 2
    for one, number in numbers.items():
        left -= number
        if left <= 0 < number:
            return timedelta(seconds=round(2 ** (one / _STEPS)))
    return timedelta()


def trend(
    today: date, now: Counts, net: Mapping[date, Counts], opened: Mapping[date, int], closed: Mapping[date, int]
) -> tuple[Day, ...]:
    """Returns the last days, the earliest first: what was open then is what is open now, less what has changed since.

    Args:
        today: The last of them.
        now: What is open.
        net: By how much that has changed, by day.
        opened: How often a finding became open, by day.
        closed: How often one ceased to be.
    """
    days = []
    for ago in range(TREND):
        day = today - timedelta(days=ago)
        days.append(Day(day, opened.get(day, 0), closed.get(day, 0), now))
        now = tuple(after - change for after, change in zip(now, net.get(day, NONE), strict=True))
    return tuple(reversed(days))


def _of(counts: Counts, severity: Severity | None) -> int:
    return sum(counts) if severity is None else counts[severity.value]
