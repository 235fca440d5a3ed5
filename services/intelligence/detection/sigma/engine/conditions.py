"""Conditions over the numbers of the tests that hold."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from services.intelligence.detection.sigma.engine.scanner import Found
from services.intelligence.detection.sigma.expressions import (
    All,
    Any,
    Atom,
    Exists,
    Expression,
    Like,
    Missing,
    Not,
    Test,
    Wildcard,
)
from services.intelligence.detection.sigma.matching.tests import lower

Program = Callable[[Found], bool]

Key = tuple[str | None, Test]
"""A field and its test."""


def normal(expression: Expression, *, negated: bool = False) -> Expression:
    """The expression with `Not` at tests only, without `Missing` and without `All` in `All` or `Any` in `Any`."""
    match expression:
        case Atom(field, Missing()):
            return Atom(field, Exists()) if negated else Not(Atom(field, Exists()))
        case Atom(field, test):
            atom = Atom(field, test if field is None else same(test))
            return Not(atom) if negated else atom
        case Not(arg):
            return normal(arg, negated=not negated)
        case All(args) | Any(args):
            kind = All if isinstance(expression, All) is not negated else Any
            return kind(tuple(_flat(kind, [normal(arg, negated=negated) for arg in args])))


def _flat(kind: type[All] | type[Any], args: list[Expression]) -> Iterator[Expression]:
    for arg in args:
        if isinstance(arg, kind) or (isinstance(arg, All | Any) and len(arg.args) == 1):
            yield from arg.args
        else:
            yield arg


@lru_cache(maxsize=131_072)
def same(test: Test) -> Test:
    """One test for all that tell the same values of a field apart."""
    if isinstance(test, Like) and test.parts and set(test.parts) == {Wildcard.ANY}:
        return Exists()
    if isinstance(test, Missing):
        return Exists()
    return Like(lower(test.parts)) if isinstance(test, Like) and not test.cased else test


def program(expression: Expression, numbers: Mapping[Key, int]) -> Program:
    """A predicate over the tests that hold; tests under one operator cost one operation on sets."""
    match expression:
        case Atom(field, test):
            number = numbers[field, test]
            return lambda found: number in found
        case Not(Atom(field, test)):
            number = numbers[field, test]
            return lambda found: number not in found
        case All(args):
            return _all(*_parts(args, numbers), _alternatives(args, numbers), _rest(args, numbers))
        case Any(args):
            return _any(*_parts(args, numbers), [program(arg, numbers) for arg in args if isinstance(arg, All | Any)])
        case _:
            raise AssertionError(expression)


def _parts(args: tuple[Expression, ...], numbers: Mapping[Key, int]) -> tuple[Found, Found]:
    """The tests among an operator's arguments that must hold, and those that must not."""
    negated = [arg.arg for arg in args if isinstance(arg, Not)]
    return (
        frozenset(numbers[arg.field, arg.test] for arg in args if isinstance(arg, Atom)),
        frozenset(numbers[arg.field, arg.test] for arg in negated if isinstance(arg, Atom)),
    )


def _choice(expression: Expression) -> bool:
    return isinstance(expression, Any) and all(isinstance(arg, Atom) for arg in expression.args)


def _alternatives(args: tuple[Expression, ...], numbers: Mapping[Key, int]) -> list[Found]:
    """Of each of these sets a test must hold; the smallest first."""
    found = [_parts(arg.args, numbers)[0] for arg in args if isinstance(arg, Any) and _choice(arg)]
    return sorted(found, key=len)


def _rest(args: tuple[Expression, ...], numbers: Mapping[Key, int]) -> list[Program]:
    return [program(arg, numbers) for arg in args if isinstance(arg, All | Any) and not _choice(arg)]


def _all(needed: Found, excluded: Found, alternatives: list[Found], rest: list[Program]) -> Program:
    def holds(found: Found) -> bool:
        if not needed <= found or not excluded.isdisjoint(found):
            return False
        for choice in alternatives:
            if choice.isdisjoint(found):
                return False
        return not rest or all(one(found) for one in rest)

    return holds


def _any(enough: Found, absent: Found, rest: list[Program]) -> Program:
    def holds(found: Found) -> bool:
        return not enough.isdisjoint(found) or not absent <= found or any(one(found) for one in rest)

    return holds
