"""The window of one group: its entries, its measure, and whether it has lately fired."""

from collections import deque
from collections.abc import Iterable

from services.intelligence.detection.correlation.measures import measure
from services.intelligence.detection.correlation.model import Correlation, Entry, Kind, Number

OVERHEAD = 1_000
"""Bytes of an empty group, about."""
_ENTRY = 200


def cost(entry: Entry) -> int:
    """Bytes that an entry takes, about."""
    return _ENTRY + len(entry.event) + (len(entry.value) if isinstance(entry.value, str) else 16)


class Window:
    """A group's entries, oldest first. `last` is the time of the newest; until `quiet` it doesn't fire again."""

    def __init__(self, correlation: Correlation, group: tuple[str, ...]) -> None:
        self.group = group
        self.last = 0
        self.quiet = -1
        self.suppressed = 0
        self.bytes = OVERHEAD + sum(map(len, group))
        self._correlation = correlation
        self._entries: deque[Entry] = deque()
        self._measure = measure(correlation)

    def add(self, entries: Iterable[Entry], time: int, most: int) -> int:
        """Take entries of one time, forget what is before the window; returns how many were too many."""
        for entry in entries:
            self._entries.append(entry)
            self._measure.add(entry)
            self.bytes += cost(entry)
        self.last = time
        while self._entries and self._entries[0].time < time - self._correlation.span:
            self._drop()
        evicted = max(0, len(self._entries) - most)
        for _ in range(evicted):
            self._drop()
        return evicted

    def value(self) -> Number:
        """The measure."""
        return self._measure.value()

    def entries(self) -> tuple[Entry, ...]:
        """What the measure is of."""
        return tuple(self._entries)

    def kept(self) -> tuple[Entry, ...]:
        """What a new window must be given to go on as this one."""
        return tuple(self._entries)

    def _drop(self) -> None:
        entry = self._entries.popleft()
        self._measure.remove(entry)
        self.bytes -= cost(entry)


class OrderedWindow(Window):
    """Of each beginning of the order of rules it keeps the chain that starts last: what starts earlier ends no later.

    Events of the same time stand in any order, as their clocks can't tell.
    """

    def __init__(self, correlation: Correlation, group: tuple[str, ...]) -> None:
        super().__init__(correlation, group)
        self._places = {rule: place for place, rule in enumerate(correlation.rules)}
        self._chains: list[tuple[Entry, ...]] = [()] * len(correlation.rules)

    def add(self, entries: Iterable[Entry], time: int, most: int) -> int:
        """Lengthen the chains that can be."""
        for entry in sorted(entries, key=lambda one: self._places[one.rule]):
            place = self._places[entry.rule]
            if place == 0:
                self._set(0, (entry,))
            elif self._chains[place - 1]:
                self._set(place, (*self._chains[place - 1], entry))
        self.last = time
        for place, chain in enumerate(self._chains):
            if chain and chain[0].time < time - self._correlation.span:
                self._set(place, ())
        return 0

    def value(self) -> Number:
        """How many rules the longest chain has."""
        return max((place + 1 for place, chain in enumerate(self._chains) if chain), default=0)

    def entries(self) -> tuple[Entry, ...]:
        """The longest chain."""
        return next((chain for chain in reversed(self._chains) if chain), ())

    def kept(self) -> tuple[Entry, ...]:
        """The entries of all chains, by time: taken again they make the same chains."""
        found = {entry for chain in self._chains for entry in chain}
        return tuple(sorted(found, key=lambda one: (one.time, self._places[one.rule], one.event)))

    def _set(self, place: int, chain: tuple[Entry, ...]) -> None:
        before = self._chains[place]
        self.bytes += sum(map(cost, chain)) - sum(map(cost, before))
        self._chains[place] = chain


def window(correlation: Correlation, group: tuple[str, ...]) -> Window:
    """An empty window of a group."""
    return (OrderedWindow if correlation.kind is Kind.TEMPORAL_ORDERED else Window)(correlation, group)
