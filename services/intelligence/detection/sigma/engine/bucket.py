"""The rules that are left for one class of events."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import getitem, or_

from services.intelligence.detection.sigma.engine.masks import program, witnesses
from services.intelligence.detection.sigma.engine.scanner import Scanner
from services.intelligence.detection.sigma.engine.tables import Budget, Class, ValueTable, evict
from services.intelligence.detection.sigma.expressions import Atom, Expression, Like, Matches, Refers, Rule, Test, atoms
from services.intelligence.detection.sigma.matching.evaluation import holds

Left = tuple[Rule, Expression]
"""A rule, and what is left of its condition."""

Matched = tuple[Rule, ...]


class Bucket:
    """Rules with what their event class left of their conditions."""

    def __init__(self, rules: Sequence[Left], budget: Budget) -> None:
        self._limits, self._statistics = budget.limits, budget.statistics
        self._bits: dict[tuple[str | None, Test], int] = {}
        for _, left in rules:
            for atom in atoms(left):
                self._bits.setdefault((atom.field, atom.test), len(self._bits))
        self._arrange(budget)
        self._memo: dict[tuple[object, ...], Matched] = {}
        self._always: list[int] = []
        self._by_witness: dict[int, list[int]] = {}
        self._rules = [(rule, program(left, self._bits)) for rule, left in rules]
        for place, (_, left) in enumerate(rules):
            self._index(place, left)
        self._witnesses = reduce(or_, (1 << bit for bit in self._by_witness), 0)

    def _arrange(self, budget: Budget) -> None:
        by_field: dict[str, dict[Test, int]] = {}
        keywords: dict[Test, int] = {}
        self._references: list[tuple[Atom, int]] = []
        for (field, test), bit in self._bits.items():
            if field is None and isinstance(test, Like | Matches):
                keywords[test] = bit
            elif field is None or isinstance(test, Refers):
                self._references.append((Atom(field, test), 1 << bit))
            else:
                by_field.setdefault(field, {})[test] = bit
        self._keywords = budget.table(Scanner(keywords)) if keywords else None
        self._fields = list(by_field)
        self._tables = [budget.table(Scanner(tests)) for tests in by_field.values()]

    def _index(self, place: int, left: Expression) -> None:
        found = witnesses(left)
        if found is None:
            self._always.append(place)
        for key in found or ():
            self._by_witness.setdefault(self._bits[key], []).append(place)

    @property
    def tables(self) -> list[ValueTable]:
        """All that it has of the budget's tables."""
        return self._tables if self._keywords is None else [*self._tables, self._keywords]

    def match(self, event: Mapping[str, object]) -> Matched:
        """The rules that an event of this class matches, in the set's order."""
        try:
            classes = tuple(map(getitem, self._tables, map(event.get, self._fields)))
        except TypeError:
            # A list is no key of a dictionary: the tables take it apart.
            classes = tuple(map(ValueTable.listed, self._tables, map(event.get, self._fields)))
        across = self._across(event)
        known = self._memo.get((across, *classes))
        return self._evaluate(across, classes) if known is None else known

    def _across(self, event: Mapping[str, object]) -> int:
        """The bits of the tests that are about more than one field."""
        mask = 0
        if self._keywords is not None:
            for value in event.values():
                mask |= self._keywords.listed(value).mask
        for atom, bit in self._references:
            if holds(atom, event):
                mask |= bit
        return mask

    def _evaluate(self, across: int, classes: tuple[Class, ...]) -> Matched:
        self._statistics.evaluations += 1
        truth = reduce(or_, (one.mask for one in classes), across)
        places = set(self._always)
        left = truth & self._witnesses
        while left:
            low = left & -left
            places.update(self._by_witness[low.bit_length() - 1])
            left ^= low
        matched = tuple(self._rules[place][0] for place in sorted(places) if self._rules[place][1](truth))
        if len(self._memo) >= self._limits.combinations:
            evict(self._memo, self._statistics)
        self._memo[across, *classes] = matched
        return matched
