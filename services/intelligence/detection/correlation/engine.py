"""Correlates matches in the order of their events' times, whatever order they come in within the allowed lateness.

What comes is held until nothing earlier can come any more: the watermark, which is the greatest time seen (never ahead
of the wall clock) less the lateness. So a result never depends on the order of arrival, and is never taken back.
"""

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from services.intelligence.detection.correlation.groups import Groups
from services.intelligence.detection.correlation.model import Alert, Entry
from services.intelligence.detection.correlation.projection import fields, part
from services.intelligence.detection.correlation.resolving import Plan

SECOND = 1_000_000

Held = tuple[int, str, tuple[str, ...], int, dict[str, object]]
"""An event that waits: time, id, the rules it matched, the order of arrival, the fields that are asked of it."""


@dataclass(frozen=True)
class Limits:
    """Bounds of an engine; times in microseconds. `events` is of one group, the others of all together."""

    lateness: int = 10 * SECOND
    ahead: int = 300 * SECOND
    held: int = 100_000
    groups: int = 500_000
    events: int = 10_000
    bytes: int = 512 * 2**20


@dataclass
class Metrics:
    """What an engine has counted."""

    taken: int = 0
    late: int = 0
    ahead: int = 0
    hurried: int = 0
    without_field: int = 0
    evicted_groups: int = 0
    evicted_events: int = 0
    alerts: int = 0


class Refusal(Enum):
    """Why an event isn't correlated."""

    LATE = "the event is later than the allowed lateness"
    AHEAD = "the event's time is too far ahead of the clock"


class Engine:
    """Correlations of a plan over a stream; one thread at a time. `now` is the wall clock, microseconds since 1970."""

    def __init__(self, plan: Plan, now: Callable[[], int], limits: Limits | None = None) -> None:
        self.plan = plan
        self.limits = limits or Limits()
        self.metrics = Metrics()
        self.watermark = 0
        self.groups = [Groups(one) for one in plan.correlations]
        self.held: list[Held] = []
        self._arrivals = 0
        self._turn = 0
        self._now = now
        self._referring: dict[str, list[int]] = {}
        asked: dict[str, frozenset[str]] = {}
        for place, one in enumerate(plan.correlations):
            for rule in one.rules:
                self._referring.setdefault(rule, []).append(place)
                asked[rule] = asked.get(rule, frozenset()) | fields(one, rule)
        self._asked = asked

    def take(
        self, event: str, time: int, content: Mapping[str, object], rules: Iterable[str]
    ) -> tuple[list[Alert], Refusal | None]:
        """Take an event and the keys of the rules it matched (none, too: its time is told).

        Returns the alerts that became certain, by time, and why the event itself isn't correlated, if it isn't.
        """
        now = self._now()
        if time > now + self.limits.ahead:
            self.metrics.ahead += 1
            return [], Refusal.AHEAD
        if time < self.watermark:
            self.metrics.late += 1
            return [], Refusal.LATE
        self.hold(event, time, content, tuple(sorted({rule for rule in rules if rule in self._asked})))
        return self.advance(min(time, now) - self.limits.lateness), None

    def hold(self, event: str, time: int, content: Mapping[str, object], rules: tuple[str, ...]) -> None:
        """Keep what correlations ask of an event until its turn."""
        if not rules:
            return
        names = frozenset().union(*(self._asked[rule] for rule in rules))
        kept = {name: content[name] for name in names if name in content}
        self._arrivals += 1
        self.metrics.taken += 1
        heapq.heappush(self.held, (time, event, rules, self._arrivals, kept))

    def refers(self, rule: str) -> bool:
        """Whether a correlation refers to a rule."""
        return rule in self._asked

    def advance(self, watermark: int) -> list[Alert]:
        """Decide what is before a watermark: of the stream's own, or of the clock while nothing comes."""
        self.watermark = max(self.watermark, watermark)
        alerts: list[Alert] = []
        while self.held and (self.held[0][0] < self.watermark or len(self.held) > self.limits.held):
            if self.held[0][0] >= self.watermark:
                self.metrics.hurried += 1
                self.watermark = self.held[0][0] + 1
            alerts += self._step(self.held[0][0])
        return alerts

    def _step(self, time: int) -> list[Alert]:
        """Decide on all events of one time together, correlations after those they refer to."""
        work: dict[int, dict[tuple[str, ...], list[Entry]]] = {}
        while self.held and self.held[0][0] == time:
            _, event, rules, _, content = heapq.heappop(self.held)
            for rule in rules:
                self._deal(work, time, event, rule, content)
        alerts: list[Alert] = []
        while work:
            place = min(work)
            for group, entries in sorted(work.pop(place).items()):
                alert = self._give(place, group, entries, time)
                if alert is not None:
                    self._deal(work, time, alert.id, alert.correlation, dict(alert.group))
                    alerts.append(alert)
        self._bound(time)
        shown = [alert for alert in alerts if alert.correlation not in self.plan.silent]
        self.metrics.alerts += len(shown)
        return shown

    def _deal(
        self,
        work: dict[int, dict[tuple[str, ...], list[Entry]]],
        time: int,
        event: str,
        rule: str,
        content: Mapping[str, object],
    ) -> None:
        for place in self._referring.get(rule, ()):
            found = part(self.plan.correlations[place], rule, content)
            if found is None:
                self.metrics.without_field += 1
            else:
                work.setdefault(place, {}).setdefault(found[0], []).append(Entry(time, event, rule, found[1]))

    def _give(self, place: int, group: tuple[str, ...], entries: list[Entry], time: int) -> Alert | None:
        alert, evicted = self.groups[place].take(group, entries, time, self.limits.events)
        self.metrics.evicted_events += evicted
        self.groups[place].expire(time)
        return alert

    def _bound(self, time: int) -> None:
        """Forget what is over, of one correlation at a time, and what is too much."""
        self._turn = (self._turn + 1) % len(self.groups)
        self.groups[self._turn].expire(time)
        while (
            sum([len(groups.windows) for groups in self.groups]) > self.limits.groups
            or sum([groups.bytes for groups in self.groups]) > self.limits.bytes
        ):
            min((groups for groups in self.groups if groups.windows), key=Groups.oldest).evict()
            self.metrics.evicted_groups += 1
