"""The figures of a report, counted finding by finding in a memory that doesn't grow with their number."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from services.core.reports import owasp
from services.core.reports.model import SEVERITIES, Count, Deadlines, Summary

TIMES = 14
"""The most points in time that a chart has."""

_ASSETS = 10
_MONTH = 28  # days: from here on a point is called by its month
# Beyond these, an asset can be counted but not named.
_KNOWN_ASSETS = 20_000


@dataclass(frozen=True, slots=True)
class Counted:
    """What of a finding is counted."""

    severity: str
    state: str
    asset: str
    first_seen: datetime
    last_seen: datetime
    due: datetime | None
    late: bool
    mended: bool
    cwes: tuple[int, ...]
    cves: tuple[str, ...]


@dataclass
class Summarizer:
    """Counts findings."""

    start: datetime | None = None
    finish: datetime | None = None
    _all: Counter[str] = field(default_factory=Counter)
    _unmended: Counter[str] = field(default_factory=Counter)
    _states: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _days: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _deadlines: dict[str, Counter[tuple[bool, bool]]] = field(default_factory=lambda: defaultdict(Counter))
    _assets: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _categories: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, one: Counted) -> None:
        """Counts a finding."""
        severity = one.severity
        self._all[severity] += 1
        self._unmended[severity] += not one.mended
        self._states[one.state][severity] += 1
        self._days[one.first_seen.date()][severity] += 1
        known = one.asset in self._assets or len(self._assets) < _KNOWN_ASSETS
        self._assets[one.asset if known else "others"][severity] += 1
        self._categories[owasp.category(one.cwes, one.cves)][severity] += 1
        if one.due:
            self._deadlines[severity][one.mended, one.late] += 1
        self.start = min(one.first_seen, self.start or one.first_seen)
        self.finish = max(one.last_seen, self.finish or one.last_seen)

    def summary(self) -> Summary:
        """Returns the figures."""
        categories = [*owasp.CATEGORIES, *([owasp.OTHER] if owasp.OTHER in self._categories else [])]
        return Summary(
            total=self._all.total(),
            unmended=_values(self._unmended),
            severities=_values(self._all),
            states=_counts(self._states, sorted(self._states)),
            times=tuple(_times(self._days)),
            deadlines=tuple(
                Deadlines(severity, *(found[mended, late] for mended in (True, False) for late in (False, True)))
                for severity in SEVERITIES
                if (found := self._deadlines.get(severity))
            ),
            assets=_counts(self._assets, sorted(self._assets, key=self._gravity)[:_ASSETS]),
            asset_count=len(self._assets),
            categories=tuple(
                Count(owasp.label(one), _values(self._categories.get(one, Counter()))) for one in categories
            ),
        )

    def _gravity(self, asset: str) -> tuple[tuple[int, ...], str]:
        return tuple(-value for value in _values(self._assets[asset])), asset


def _times(days: Mapping[date, Counter[str]]) -> Iterable[Count]:
    """Returns how many were first seen by day, or by as many days as make at most TIMES points."""
    if not days:
        return
    first, last = min(days), max(days)
    width = max(1, -(-((last - first).days + 1) // TIMES))
    points: dict[int, Counter[str]] = defaultdict(Counter)
    for day, found in days.items():
        points[(day - first).days // width].update(found)
    for point in range((last - first).days // width + 1):
        start = first + timedelta(days=point * width)
        yield Count(f"{start:%d %b}" if width < _MONTH else f"{start:%b %Y}", _values(points[point]))


def _counts(found: Mapping[str, Counter[str]], labels: Iterable[str]) -> tuple[Count, ...]:
    return tuple(Count(label, _values(found[label])) for label in labels)


def _values(counter: Counter[str]) -> tuple[int, ...]:
    return tuple(counter[severity] for severity in SEVERITIES)
