"""The rules that are left for one class of events."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import getitem, or_

from services.intelligence.detection.sigma.engine.masks import Program, program, witnesses
from services.intelligence.detection.sigma.engine.scanner import Scanner
from services.intelligence.detection.sigma.engine.tables import Limits, Statistics, ValueTable, evict
from services.intelligence.detection.sigma.expressions import Atom, Expression, Refers, Rule, atoms
from services.intelligence.detection.sigma.matching.evaluation import holds
from services.intelligence.detection.sigma.matching.values import everything

Matched = tuple[Rule, ...]


class Bucket:
    """Rules with what their event class left of their conditions."""

    def __init__(self, rules: Sequence[tuple[Rule, Expression]], limits: Limits, statistics: Statistics) -> None:
        self._limits, self._statistics = limits, statistics
        self._bits: dict[tuple[object, object], int] = {}
        for _, left in rules:
            for atom in atoms(left):
                self._bits.setdefault((atom.field, atom.test), len(self._bits))
        self._fields, self._tables = self._field_tables()
        self._keywords = Scanner({test: bit for (field, test), bit in self._bits.items() if field is None})
        self._has_keywords = any(field is None for field, _ in self._bits)
        self._references = [
            (Atom(str(field), test), 1 << bit) for (field, test), bit in self._bits.items() if isinstance(test, Refers)
        ]
        self._memo: dict[tuple[int, ...], Matched] = {}
        self._always: list[int] = []
        self._by_witness: dict[int, list[int]] = {}
        self._rules = [(rule, program(left, self._bits)) for rule, left in rules]
        for place, (_, left) in enumerate(rules):
            self._index(place, left)
        self._witnesses = reduce(or_, (1 << bit for bit in self._by_witness), 0)

    def _field_tables(self) -> tuple[list[str], list[ValueTable]]:
        by_field: dict[str, dict[object, int]] = {}
        for (field, test), bit in self._bits.items():
            if field is not None and not isinstance(test, Refers):
                by_field.setdefault(str(field), {})[test] = bit
        scanners = (Scanner(tests) for tests in by_field.values())  # type: ignore[arg-type]  # keys are tests
        return list(by_field), [ValueTable(scanner, self._limits, self._statistics) for scanner in scanners]

    def _index(self, place: int, left: Expression) -> None:
        found = witnesses(left)
        if found is None:
            self._always.append(place)
        for key in found or ():
            self._by_witness.setdefault(self._bits[key], []).append(place)

    def match(self, event: Mapping[str, object]) -> Matched:
        """The rules that an event of this class matches, in the set's order."""
        try:
            masks = tuple(map(getitem, self._tables, map(event.get, self._fields)))
        except TypeError:
            masks = tuple(map(self._listed, self._tables, map(event.get, self._fields)))
        if self._has_keywords:
            masks += (self._keywords.mask(everything(event)),)
        if self._references:
            masks += (reduce(or_, (bit for atom, bit in self._references if holds(atom, event)), 0),)
        known = self._memo.get(masks)
        return self._evaluate(masks) if known is None else known

    @staticmethod
    def _listed(table: ValueTable, value: object) -> int:
        return table.__missing__(value) if isinstance(value, list) else table[value]

    def _evaluate(self, masks: tuple[int, ...]) -> Matched:
        self._statistics.evaluations += 1
        truth = reduce(or_, masks, 0)
        places = set(self._always)
        left = truth & self._witnesses
        while left:
            low = left & -left
            places.update(self._by_witness[low.bit_length() - 1])
            left ^= low
        matched = tuple(self._rules[place][0] for place in sorted(places) if self._rules[place][1](truth))
        if len(self._memo) >= self._limits.combinations:
            evict(self._memo, self._statistics)  # type: ignore[arg-type]  # keys and values are only dropped
        self._memo[masks] = matched
        return matched


__all__ = ["Bucket", "Matched", "Program"]
