"""Classes of events: what their source, channel and number are to the rules."""

import re
from collections.abc import Iterator, Mapping, Sequence

from services.intelligence.detection.log_sources import UNKNOWN, LogSource, concerns, detect
from services.intelligence.detection.sigma.engine.bucket import Left
from services.intelligence.detection.sigma.engine.conditions import same
from services.intelligence.detection.sigma.engine.partial import DISCRIMINATORS, simplify
from services.intelligence.detection.sigma.engine.scanner import Found, Scanner
from services.intelligence.detection.sigma.engine.tables import Budget, evict
from services.intelligence.detection.sigma.expressions import NEVER, Like, Refers, Rule, Test, atoms

EventClass = tuple[int] | tuple[int, Found] | tuple[int, Found, Found]
"""The rules' sources that concern the event, as bits, then for each discriminator the tests that it passes.

Shorter where a discriminator is a list: then nothing is decided beforehand.
"""


_WHOLE = re.compile("0|[1-9][0-9]{0,18}")


class Classifier:
    """Tells events of one class from those of another, and what each class leaves of the rules."""

    def __init__(self, rules: Sequence[Rule], budget: Budget) -> None:
        self._rules, self._budget = rules, budget
        self._sources = list(dict.fromkeys(rule.source for rule in rules))
        self._concerned: dict[LogSource, int] = {}
        tests: dict[str, dict[Test, int]] = {field: {} for field in DISCRIMINATORS}
        for rule in rules:
            for atom in atoms(rule.condition):
                if atom.field in tests and not isinstance(atom.test, Refers):
                    known = tests[str(atom.field)]
                    known.setdefault(same(atom.test), len(known))
        channels, numbers = (Scanner(tests[field]) for field in DISCRIMINATORS)
        self._channels, self._numbers = budget.table(channels), budget.table(numbers)
        self._names = channels.known if channels.plain else {}
        self._whole = {int(shown): found for shown, found in numbers.known.items() if _WHOLE.fullmatch(shown)}
        if not numbers.plain:
            self._whole = {}
        self._left: dict[EventClass, list[Left]] = {}

    def of(self, event: Mapping[str, object], declared: LogSource) -> EventClass:
        """The class of a flat event."""
        source = detect(event, declared)
        concerned = self._concerned.get(source)
        if concerned is None:
            concerned = self._source(source)
        channel, number = event.get("Channel"), event.get("EventID")
        # Most are named by a rule as they are, and are looked up no further.
        name = self._names.get(channel.lower()) if type(channel) is str else None
        whole = self._whole.get(number) if type(number) is int else None
        try:
            return (
                concerned,
                self._channels[channel] if name is None else name,
                self._numbers[number] if whole is None else whole,
            )
        except TypeError:
            return (concerned,)

    def _source(self, source: LogSource) -> int:
        if len(self._concerned) >= self._budget.limits.buckets:
            evict(self._concerned, self._budget.statistics)
        known = sum(1 << bit for bit, asked in enumerate(self._sources) if concerns(asked, source))
        self._concerned[source] = known
        return known

    def left(self, key: EventClass, event: Mapping[str, object]) -> list[Left]:
        """What the class of an event, which is `key`, leaves of the rules."""
        known = self._left.get(key)
        if known is not None:
            return known
        if len(key) == 1:
            asked = {source for bit, source in enumerate(self._sources) if key[0] >> bit & 1}
            left = [(rule, rule.condition) for rule in self._rules if rule.source in asked]
        else:
            field = DISCRIMINATORS[len(key) - 2]
            left = list(_decided(self.left(key[:-1], event), {field: event.get(field)}))
        # What all discriminators leave goes into one bucket and is not asked for again.
        if len(key) <= len(DISCRIMINATORS):
            if len(self._left) >= self._budget.limits.buckets:
                evict(self._left, self._budget.statistics)
            self._left[key] = left
        return left

    def samples(self) -> Iterator[tuple[dict[str, object], LogSource]]:
        """An event and its source for each class that the rules name."""
        channel, number = DISCRIMINATORS
        for source in self._sources:
            yield {}, source
        for name in _named(self._rules, channel):
            event: dict[str, object] = {channel: name}
            key = self.of(event, UNKNOWN)
            for value in ("", *_named([rule for rule, _ in self.left(key[:2], event)], number)):
                yield {channel: name, number: value}, UNKNOWN


def _decided(rules: Sequence[Left], known: Mapping[str, object]) -> Iterator[Left]:
    for rule, condition in rules:
        left = simplify(condition, known)
        if left is not NEVER:
            yield rule, left


def _named(rules: Sequence[Rule], field: str) -> Iterator[str]:
    """The texts that rules ask a field to be."""
    found = (atom.test for rule in rules for atom in atoms(rule.condition) if atom.field == field)
    literals = (test.parts for test in found if isinstance(test, Like))
    yield from dict.fromkeys("".join(map(str, parts)) for parts in literals if all(isinstance(p, str) for p in parts))
