"""Evaluates a rule plainly, and says why it matched."""

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from services.intelligence.detection.sigma.expressions import All, Any, Atom, Exists, Expression, Missing, Not, Refers
from services.intelligence.detection.sigma.matching.tests import passes
from services.intelligence.detection.sigma.matching.values import everything, several, text


class Reason(NamedTuple):
    """A test that a match stands on: which selection's, of which field, what it asked and the value that answered.

    `negated` where the match stands on the test's failing; then `value` is None.
    """

    atom: Atom
    value: object
    negated: bool = False


def holds(expression: Expression, event: Mapping[str, object]) -> bool:
    """Whether an expression holds of a flat event."""
    match expression:
        case Atom():
            return witness(expression, event) is not _NONE
        case All(args):
            return all(holds(arg, event) for arg in args)
        case Any(args):
            return any(holds(arg, event) for arg in args)
        case Not(arg):
            return not holds(arg, event)


def explain(expression: Expression, event: Mapping[str, object]) -> tuple[Reason, ...]:
    """What a match stands on, in the rule's order; nothing where the expression doesn't hold.

    Of alternatives all that hold are named; of what must not be, each test that failed.
    """
    return tuple(_reasons(expression, event, negated=False)) if holds(expression, event) else ()


def _reasons(expression: Expression, event: Mapping[str, object], *, negated: bool) -> Iterator[Reason]:
    match expression:
        case Atom():
            yield Reason(expression, None if negated else witness(expression, event), negated)
        case Not(arg):
            yield from _reasons(arg, event, negated=not negated)
        case All(args) | Any(args):
            for arg in args:
                if holds(arg, event) is not negated:
                    yield from _reasons(arg, event, negated=negated)


_NONE = object()


def witness(atom: Atom, event: Mapping[str, object]) -> object:
    """The value that passes an atom's test; for absence None; or a marker of ours that no event holds."""
    if atom.field is None:
        return next((shown for shown in everything(event) if passes(atom.test, shown)), _NONE)
    values = several(event.get(atom.field))
    if isinstance(atom.test, Missing):
        return _NONE if values else None
    if isinstance(atom.test, Exists):
        return values[0] if values else _NONE
    if isinstance(atom.test, Refers):
        return next((value for value in values if _refers(atom.test, value, event)), _NONE)
    return next((value for value in values if passes(atom.test, value)), _NONE)


def _refers(test: Refers, value: object, event: Mapping[str, object]) -> bool:
    shown = text(value).lower()
    others = (text(other).lower() for other in several(event.get(test.field)))
    return any(_COMPARE[test.mode](shown, other) for other in others)


_COMPARE: Mapping[str, Callable[[str, str], bool]] = {
    "equals": operator.eq,
    "startswith": str.startswith,
    "endswith": str.endswith,
}
