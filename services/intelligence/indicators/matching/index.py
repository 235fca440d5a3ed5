"""The indicators that events are matched against."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from services.intelligence.indicators.matching.extraction import Observed, Plans, texts
from services.intelligence.indicators.matching.fields import FIELDS, Holds
from services.intelligence.indicators.matching.probes import Probes, Remembering
from services.intelligence.indicators.matching.sets import Sets
from services.intelligence.indicators.matching.values import Identifier
from services.intelligence.indicators.observables import Observable

# A hash costs less to look up than to remember.
_FORGOTTEN = frozenset({Holds.HASH})


class Match(NamedTuple):
    """An indicator that an event matches: the field that shows it, the value as the event has it, and why."""

    indicator: Identifier
    field: str
    value: str
    why: str


class Index:
    """Indicators in sets; a change takes microseconds and is seen by the next event."""

    def __init__(self, fields: Mapping[str, Holds] = FIELDS) -> None:
        self._sets = Sets()
        self._plans = Plans(fields)
        probes = Probes(self._sets).by_holding
        self._memories = {holds: Remembering(probe) for holds, probe in probes.items() if holds not in _FORGOTTEN}
        self._look = {**probes, **{holds: memory.__getitem__ for holds, memory in self._memories.items()}}

    def __len__(self) -> int:
        """Returns how many observables are named, each counted once."""
        return len(self._sets)

    def add(self, indicator: Identifier, observable: Observable) -> bool:
        """Lets an indicator name an observable in its normal form; returns whether it didn't before."""
        self._forget()
        return self._sets.add(observable, indicator)

    def remove(self, indicator: Identifier, observable: Observable) -> bool:
        """Takes back what `add` did; returns whether the indicator named the observable."""
        self._forget()
        return self._sets.remove(observable, indicator)

    def match_event(self, event: Mapping[str, object]) -> list[Match]:
        """Returns what a flat event matches, in the order of its fields."""
        matches: list[Match] = []
        look = self._look
        for field, holds in self._plans.of(event):
            value = event[field]
            if isinstance(value, str):
                if found := look[holds](value):
                    matches += [Match(indicator, field, value, why) for indicator, why in found]
            elif value is not None:
                matches += self.match(Observed(field, holds, text) for text in texts(value))
        return matches

    def match(self, observed: Iterable[Observed]) -> list[Match]:
        """Returns what observed values match, in their order."""
        return [
            Match(indicator, field, value, why)
            for field, holds, value in observed
            for indicator, why in self._look[holds](value)
        ]

    def _forget(self) -> None:
        for memory in self._memories.values():
            if memory:
                memory.clear()
