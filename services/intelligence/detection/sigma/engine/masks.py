"""Expressions over bits: bit i says whether atom i holds."""

from collections.abc import Callable, Mapping, Sequence

from services.intelligence.detection.sigma.expressions import All, Any, Atom, Expression, Not, Test

Program = Callable[[int], bool]

Key = tuple[str | None, Test]
"""A field and its test."""


def program(expression: Expression, bits: Mapping[Key, int]) -> Program:
    """A predicate over the mask of the atoms that hold; atoms of one kind under one operator cost one operation."""
    match expression:
        case Atom(field, test):
            mask = 1 << bits[field, test]
            return lambda truth: truth & mask != 0
        case Not(arg):
            inner = program(arg, bits)
            return lambda truth: not inner(truth)
        case All(args):
            mask, rest = _parts(args, bits)
            return lambda truth: truth & mask == mask and all(one(truth) for one in rest)
        case Any(args):
            mask, rest = _parts(args, bits)
            return lambda truth: truth & mask != 0 or any(one(truth) for one in rest)


def _parts(args: Sequence[Expression], bits: Mapping[Key, int]) -> tuple[int, tuple[Program, ...]]:
    mask = 0
    for arg in args:
        if isinstance(arg, Atom):
            mask |= 1 << bits[arg.field, arg.test]
    return mask, tuple(program(arg, bits) for arg in args if not isinstance(arg, Atom))


def witnesses(expression: Expression) -> frozenset[Key] | None:
    """Atoms of which one must hold wherever the expression does; None where it may hold with none."""
    match expression:
        case Atom(field, test):
            return frozenset({(field, test)})
        case All(args):
            found = [one for one in map(witnesses, args) if one is not None]
            return min(found, key=len, default=None)
        case Any(args):
            every = [witnesses(arg) for arg in args]
            known = [one for one in every if one is not None]
            return frozenset[Key]().union(*known) if len(known) == len(every) else None
        case Not():
            return None
