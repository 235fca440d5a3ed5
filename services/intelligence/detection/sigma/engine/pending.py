"""Rules whose regular expressions are asked last: only where all else that they ask holds."""

from collections.abc import Container, Iterable, Mapping, Sequence

from services.intelligence.detection.sigma.engine.checks import searching
from services.intelligence.detection.sigma.engine.conditions import Key, Program
from services.intelligence.detection.sigma.engine.scanner import Found
from services.intelligence.detection.sigma.expressions import (
    ALWAYS,
    All,
    Any,
    Atom,
    Expression,
    Matches,
    Not,
    Rule,
    atoms,
)
from services.intelligence.detection.sigma.matching.values import several, text


def assumed(expression: Expression, left: Container[Key]) -> Expression:
    """What a normal condition asks if the tests in `left` come out as it wants."""
    match expression:
        case Atom(field, test) | Not(Atom(field, test)):
            return ALWAYS if (field, test) in left else expression
        case All(args):
            known = tuple(one for one in (assumed(arg, left) for arg in args) if one is not ALWAYS)
            return All(known) if known else ALWAYS
        case Any(args):
            every = [assumed(arg, left) for arg in args]
            return ALWAYS if ALWAYS in every else Any(tuple(every))
        case _:
            raise AssertionError(expression)


class Later:
    """A rule that holds if its expressions come out as it wants."""

    def __init__(self, rule: Rule, program: Program, asked: Sequence[tuple[Key, int]]) -> None:
        self.rule = rule
        self._program = program
        self._asked = [
            (field, number, searching(test.pattern))
            for (field, test), number in asked
            if field is not None and isinstance(test, Matches)
        ]

    def holds(self, found: Found, event: Mapping[str, object]) -> bool:
        """Whether it holds of a flat event that passes the tests found."""
        passed = set(found)
        for field, number, check in self._asked:
            if any(check(written, written.lower()) for written in map(text, several(event.get(field)))):
                passed.add(number)
        return self._program(frozenset(passed))


class Pending:
    """Rules that hold of a combination of classes, and those that hold perhaps, in the set's order."""

    def __init__(self, rules: Sequence[Rule | Later], found: Found) -> None:
        self._rules, self._found = rules, found

    def settled(self, event: Mapping[str, object]) -> tuple[Rule, ...]:
        """The rules that hold of the event."""
        return tuple(
            [
                one.rule if isinstance(one, Later) else one
                for one in self._rules
                if not isinstance(one, Later) or one.holds(self._found, event)
            ]
        )


def regexes(condition: Expression) -> set[Key]:
    """The regular expressions of fields in a condition."""
    found = (atom for atom in atoms(condition) if isinstance(atom.test, Matches))
    return {(atom.field, atom.test) for atom in found if atom.field is not None}


def postponed(conditions: Iterable[tuple[Expression, Container[Key] | None]]) -> set[Key]:
    """The expressions that needn't be asked of every value, given each condition's witnesses but for expressions.

    A condition that has no such witnesses needs its own at once, and what one needs all know.
    """
    named: set[Key] = set()
    needed: set[Key] = set()
    for condition, found in conditions:
        (needed if found is None else named).update(regexes(condition))
    return named - needed
