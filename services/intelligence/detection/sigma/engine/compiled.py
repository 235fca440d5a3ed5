"""An immutable set of rules, arranged by class of event."""

from collections.abc import Iterable, Mapping

from services.intelligence.detection.log_sources import UNKNOWN, LogSource, concerns, detect
from services.intelligence.detection.sigma.engine.bucket import Bucket, Matched
from services.intelligence.detection.sigma.engine.partial import DISCRIMINATORS, simplify
from services.intelligence.detection.sigma.engine.tables import Limits, Statistics
from services.intelligence.detection.sigma.expressions import NEVER, Rule
from services.intelligence.detection.sigma.matching.values import text

CLASSES = 4_096
"""Buckets at most; past that the set forgets them all and begins anew."""


class CompiledSet:
    """Rules, with a bucket for each class of event that was seen or warmed."""

    def __init__(self, rules: Iterable[Rule], limits: Limits = Limits()) -> None:
        self.rules = tuple(rules)
        self.statistics = Statistics()
        self._limits = limits
        self._buckets: dict[tuple[object, ...], Bucket] = {}

    def match(self, event: Mapping[str, object], declared: LogSource = UNKNOWN) -> Matched:
        """The rules that a flat event matches, in the set's order."""
        return self._bucket(event, declared).match(event)

    def _bucket(self, event: Mapping[str, object], declared: LogSource) -> Bucket:
        source = detect(event, declared)
        known = {field: event.get(field) for field in DISCRIMINATORS}
        key = (source, *(_key(value) for value in known.values()))
        bucket = self._buckets.get(key)
        if bucket is None:
            asked = ((rule, simplify(rule.condition, known)) for rule in self.rules if concerns(rule.source, source))
            bucket = Bucket([one for one in asked if one[1] is not NEVER], self._limits, self.statistics)
            if len(self._buckets) >= CLASSES:
                self.statistics.evictions += len(self._buckets)
                self._buckets.clear()
            self._buckets[key] = bucket
        return bucket


def _key(value: object) -> object:
    if value is None:
        return None
    return tuple(map(_key, value)) if isinstance(value, list) else text(value).lower()
