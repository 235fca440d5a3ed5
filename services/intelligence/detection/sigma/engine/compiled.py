"""An immutable set of rules, arranged by class of event."""

from collections.abc import Iterable, Mapping
from itertools import islice

from services.intelligence.detection.log_sources import UNKNOWN, LogSource
from services.intelligence.detection.sigma.engine.bucket import Bucket, Matched
from services.intelligence.detection.sigma.engine.classes import Classifier, EventClass
from services.intelligence.detection.sigma.engine.tables import USUAL, Budget, Limits, Statistics
from services.intelligence.detection.sigma.expressions import Rule


class CompiledSet:
    """Rules, with a bucket for each class of event that was seen or warmed.

    Its caches fill while it matches: one thread at a time may use it.
    """

    def __init__(self, rules: Iterable[Rule], limits: Limits = USUAL) -> None:
        self.rules = tuple(rules)
        self.statistics = Statistics()
        self._limits = limits
        self._budget = Budget(limits, self.statistics)
        self._classifier = Classifier(self.rules, self._budget)
        self._buckets: dict[EventClass, Bucket] = {}

    def match(self, event: Mapping[str, object], declared: LogSource = UNKNOWN) -> Matched:
        """The rules that a flat event matches, in the set's order."""
        key = self._classifier.of(event, declared)
        bucket = self._buckets.get(key)
        return (self._build(key, event) if bucket is None else bucket).match(event)

    def warm(self) -> int:
        """Build the buckets of the classes that the rules name, and count them.

        That takes seconds for some thousand rules: to be done before the set is asked about events.
        """
        for event, source in self._classifier.samples():
            if len(self._buckets) < self._limits.buckets:
                self.match(event, source)
        return len(self._buckets)

    def _build(self, key: EventClass, event: Mapping[str, object]) -> Bucket:
        if len(self._buckets) >= self._limits.buckets:
            self._evict()
        self.statistics.buckets += 1
        made = self._buckets[key] = Bucket(self._classifier.left(key, event), self._budget)
        return made

    def _evict(self) -> None:
        """Forget the older half of the buckets."""
        for key in list(islice(self._buckets, (len(self._buckets) + 1) // 2)):
            self._budget.drop(self._buckets.pop(key).tables)
            self.statistics.evictions += 1
