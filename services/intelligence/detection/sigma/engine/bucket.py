"""The rules that are left for one class of events."""

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import cast

from services.intelligence.detection.sigma.engine.conditions import Key, Program, normal, program
from services.intelligence.detection.sigma.engine.keywords import Keywords
from services.intelligence.detection.sigma.engine.pending import Later, Pending, assumed, postponed, regexes
from services.intelligence.detection.sigma.engine.references import References
from services.intelligence.detection.sigma.engine.scanner import NOTHING, Found, Scanner
from services.intelligence.detection.sigma.engine.tables import Budget, ValueTable, evict
from services.intelligence.detection.sigma.engine.witnesses import Costs, witnesses
from services.intelligence.detection.sigma.expressions import Atom, Expression, Refers, Rule, Test, atoms

Left = tuple[Rule, Expression]
"""A rule, and what is left of its condition."""

Matched = tuple[Rule, ...]


class Bucket:
    """Rules with what their event class left of their conditions."""

    def __init__(self, rules: Sequence[Left], budget: Budget) -> None:
        self._limits, self._statistics = budget.limits, budget.statistics
        conditions = [normal(left) for _, left in rules]
        asked = Counter((atom.field, atom.test) for condition in conditions for atom in atoms(condition))
        costs = Costs(asked)
        found = [witnesses(condition, costs, regexes(condition)) for condition in conditions]
        left = postponed(zip(conditions, found, strict=True))
        numbers = {key: number for number, key in enumerate(asked)}
        self._arrange({key: number for key, number in numbers.items() if key not in left}, budget)
        self._memo: dict[tuple[Found, ...], Matched | Pending] = {}
        self._rules = [
            self._prepared(rule, condition, numbers, left & regexes(condition))
            for (rule, _), condition in zip(rules, conditions, strict=True)
        ]
        self._always: list[int] = []
        self._by_witness: dict[int, list[int]] = {}
        for place, (condition, named) in enumerate(zip(conditions, found, strict=True)):
            needed = witnesses(condition, costs) if named is None else named
            if needed is None:
                self._always.append(place)
            for key in needed or ():
                self._by_witness.setdefault(numbers[key], []).append(place)

    @staticmethod
    def _prepared(
        rule: Rule, condition: Expression, numbers: Mapping[Key, int], left: AbstractSet[Key]
    ) -> tuple[Program, Rule | Later]:
        exact = program(condition, numbers)
        if not left:
            return exact, rule
        return program(assumed(condition, left), numbers), Later(rule, exact, [(key, numbers[key]) for key in left])

    def _arrange(self, numbers: Mapping[Key, int], budget: Budget) -> None:
        by_field: dict[str, dict[Test, int]] = {}
        keywords: dict[Test, int] = {}
        references: list[tuple[Atom, int]] = []
        for (field, test), number in numbers.items():
            if isinstance(test, Refers):
                references.append((Atom(field, test), number))
            elif field is None:
                keywords[test] = number
            else:
                by_field.setdefault(field, {})[test] = number
        self._keywords = Keywords(keywords) if keywords else None
        self._references = References(references) if references else None
        self._tables = {field: budget.table(Scanner(tests)) for field, tests in by_field.items()}

    @property
    def tables(self) -> list[ValueTable]:
        """All that it has of the budget's tables."""
        return list(self._tables.values())

    def match(self, event: Mapping[str, object]) -> Matched:
        """The rules that an event of this class matches, in the set's order."""
        found = self._across(event)
        get = self._tables.get
        try:
            for field, value in event.items():
                table = get(field)
                if table is not None:
                    passed = table[value]
                    if passed:
                        found.append(passed)
        except TypeError:
            # A list is no key of a dictionary: the tables take it apart.
            found = self._across(event)
            found += [table.listed(event.get(field)) for field, table in self._tables.items()]
        key = tuple(found)
        known = self._memo.get(key)
        if known is None:
            known = self._evaluate(key)
        return known if isinstance(known, tuple) else known.settled(event)

    def _across(self, event: Mapping[str, object]) -> list[Found]:
        """The tests that hold of more than one field."""
        across = []
        if self._keywords is not None and (found := self._keywords.found(event)):
            across.append(found)
        if self._references is not None and (found := self._references.found(event)):
            across.append(found)
        return across

    def _evaluate(self, key: tuple[Found, ...]) -> Matched | Pending:
        self._statistics.evaluations += 1
        settled = self._settled(NOTHING.union(*key))
        if len(self._memo) >= self._limits.combinations:
            evict(self._memo, self._statistics)
        self._memo[key] = settled
        return settled

    def _settled(self, found: Found) -> Matched | Pending:
        places = list(self._always)
        for named in map(self._by_witness.get, found):
            if named is not None:
                places += named
        rules = self._rules
        matched = [rule for program, rule in [rules[place] for place in sorted({*places})] if program(found)]
        if any(type(one) is Later for one in matched):
            return Pending(matched, found)
        return cast("Matched", tuple(matched))
