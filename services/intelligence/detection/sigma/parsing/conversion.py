"""Turns pySigma's condition tree into our expressions."""

from collections.abc import Callable, Mapping

import re2
from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionIdentifier,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.types import (
    Placeholder,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
    SpecialChars,
)

from services.intelligence.detection.sigma.expressions import (
    All,
    Any,
    Atom,
    Compares,
    Exists,
    Expression,
    Like,
    Matches,
    Missing,
    Not,
    Parts,
    Refers,
    Test,
    TimePart,
    Wildcard,
    Within,
)
from services.intelligence.detection.sigma.matching import tests
from services.intelligence.detection.sigma.matching.values import text
from services.intelligence.detection.sigma.parsing.refusals import Refused
from services.intelligence.detection.sigma.parsing.regexes import fitted

ATOMS = 20_000
"""Of one rule; lists of names are the largest and have some thousand."""

DEPTH = 64
"""Of a rule's expression: what evaluates it goes as deep."""

_WILDCARDS = {SpecialChars.WILDCARD_MULTI: Wildcard.ANY, SpecialChars.WILDCARD_SINGLE: Wildcard.ONE}


class Converter:
    """Converts one rule's conditions; raises `Refused` for what can't be compiled."""

    def __init__(self) -> None:
        self._atoms = 0

    def expression(self, node: object, depth: int = 0) -> Expression:
        """A condition, as pySigma parsed it after the pipelines."""
        if depth > DEPTH:
            raise Refused("a condition that is nested too deep")
        match node:
            case ConditionAND():
                return All(tuple(self.expression(arg, depth + 1) for arg in node.args))
            case ConditionOR():
                return Any(tuple(self.expression(arg, depth + 1) for arg in node.args))
            case ConditionNOT():
                return Not(self.expression(node.args[0], depth + 1))
            case ConditionFieldEqualsValueExpression():
                return self._field(node.field, node.value, _origin(node))
            case ConditionValueExpression():
                return self._keyword(node.value, _origin(node))
            case _:
                raise Refused(f"a condition of the kind {type(node).__name__}")

    def _field(self, field: str, value: SigmaType, origin: str) -> Expression:
        if isinstance(value, SigmaExpansion):
            return Any(tuple(self._field(field, one, origin) for one in value.values))
        if isinstance(value, SigmaExists):
            return self._atom(Atom(field, Exists() if value.exists else Missing(), origin))
        return self._atom(Atom(field, _test(value, field), origin))

    def _keyword(self, value: SigmaType, origin: str) -> Expression:
        if isinstance(value, SigmaExpansion):
            return Any(tuple(self._keyword(one, origin) for one in value.values))
        return self._atom(Atom(None, _found(_test(value, "keywords")), origin))

    def _atom(self, atom: Atom) -> Atom:
        self._atoms += 1
        if self._atoms > ATOMS:
            raise Refused(f"more than {ATOMS} values")
        return atom


def _origin(node: object) -> str:
    """The selection that a value stands in; pySigma names what pipelines add at random."""
    while node is not None and not isinstance(node, ConditionIdentifier):
        node = getattr(node, "parent", None)
    name = str(node.identifier) if node is not None else ""
    return "" if name.startswith("_cond_") else name


def _test(value: SigmaType, field: str) -> Test:
    for kind, convert in _CONVERSIONS.items():
        if isinstance(value, kind):
            return convert(value)
    raise Refused(f"a value of the kind {type(value).__name__} in {field}")


def _like(value: SigmaString) -> Like:
    return Like(_parts(value), cased=isinstance(value, SigmaCasedString))


def _parts(value: SigmaString) -> Parts:
    parts: list[str | Wildcard] = []
    for part in value.s:
        if isinstance(part, Placeholder):
            raise Refused(f"the modifier `expand`: nothing is known of the placeholder %{part.name}%")
        found = part if isinstance(part, str) else _WILDCARDS[part]
        if found is not Wildcard.ANY or parts[-1:] != [Wildcard.ANY]:
            parts.append(found)
    return tuple(parts)


def _matches(value: SigmaRegularExpression) -> Matches:
    if value.contains_placeholder():
        raise Refused("the modifier `expand` in a regular expression whose placeholder nothing is known of")
    pattern = fitted(value.escape(escape_escape_char=False))
    try:
        tests.expression(pattern)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error.args[0]
        raise Refused(f"the modifier `re`: {pattern!r} can't be searched in linear time ({reason})") from None
    return Matches(pattern)


def _compares(value: SigmaCompareExpression) -> Compares:
    return Compares(value.op.name.lower(), float(value.number.number))


def _refers(value: SigmaFieldReference) -> Refers:
    return Refers(value.field, "startswith" if value.starts_with else "endswith" if value.ends_with else "equals")


_CONVERSIONS: Mapping[type, Callable[..., Test]] = {
    SigmaString: _like,
    SigmaTimestampPart: lambda value: TimePart(value.timestamp_part.name.lower(), int(value.number)),
    SigmaNumber: lambda value: Like((text(value.number),)),
    SigmaBool: lambda value: Like((text(value.boolean),)),
    SigmaNull: lambda _: Missing(),
    SigmaRegularExpression: _matches,
    SigmaCIDRExpression: lambda value: Within(value.cidr),
    SigmaCompareExpression: _compares,
    SigmaFieldReference: _refers,
}


def _found(test: Test) -> Test:
    """A keyword is found anywhere in a value, where a field's value must be the whole."""
    if isinstance(test, Matches):
        return test
    if not isinstance(test, Like):
        raise Refused(f"a keyword of the kind {type(test).__name__}")
    parts = test.parts
    if parts[:1] != (Wildcard.ANY,):
        parts = (Wildcard.ANY, *parts)
    return Like(parts if parts[-1] is Wildcard.ANY else (*parts, Wildcard.ANY), test.cased)
