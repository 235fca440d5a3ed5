"""Rules to JSON and back: the form in which compiled rules are kept.

A node is a list that begins with its kind; wildcards are 1 (`*`) and 0 (`?`) among the strings of a pattern.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from services.intelligence.detection.log_sources import LogSource
from services.intelligence.detection.sigma import expressions as e

_TESTS: Mapping[str, Callable[..., e.Test]] = {
    "like": e.Like,
    "matches": e.Matches,
    "within": e.Within,
    "compares": e.Compares,
    "time": e.TimePart,
    "refers": e.Refers,
    "exists": e.Exists,
    "missing": e.Missing,
}
_KINDS: Mapping[object, str] = {kind: name for name, kind in _TESTS.items()}
_WILDCARDS = {e.Wildcard.ANY: 1, e.Wildcard.ONE: 0}
_READ: Mapping[object, e.Wildcard] = {number: wildcard for wildcard, number in _WILDCARDS.items()}


def encode(rules: Sequence[e.Rule]) -> bytes:
    """Rules as JSON."""
    return orjson.dumps([_row(rule) for rule in rules])


def decode(data: bytes) -> list[e.Rule]:
    """Rules from JSON; raises ValueError for what `encode` didn't write."""
    try:
        rows: list[list[Any]] = orjson.loads(data)
        return [_rule(row) for row in rows[:]]
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError("not compiled rules") from error


def _row(rule: e.Rule) -> list[object]:
    head = [rule.id, rule.name, rule.title, rule.level, list(rule.tags), list(rule.source)]
    return [*head, _node(rule.condition)]


def _rule(row: list[Any]) -> e.Rule:
    identifier, name, title, level, tags, source, condition = row
    return e.Rule(identifier, name, title, level, tuple(tags), LogSource(*source), _expression(condition))


def _node(expression: e.Expression) -> list[object]:
    match expression:
        case e.All(args):
            return ["all", *map(_node, args)]
        case e.Any(args):
            return ["any", *map(_node, args)]
        case e.Not(arg):
            return ["not", _node(arg)]
        case e.Atom(field, test, origin):
            return [
                "atom",
                field,
                origin,
                _KINDS[type(test)],
                *(_value(getattr(test, name)) for name in test.__match_args__),
            ]


def _value(value: object) -> object:
    if isinstance(value, tuple):
        return [part if isinstance(part, str) else _WILDCARDS[part] for part in value]
    return value


def _expression(node: list[object]) -> e.Expression:
    kind, *rest = node
    return _READERS[str(kind)](rest)


def _atom(rest: list[object]) -> e.Atom:
    field, origin, kind, *values = rest
    return e.Atom(
        None if field is None else str(field),
        _TESTS[str(kind)](*(_parts(value) if isinstance(value, list) else value for value in values)),
        str(origin),
    )


def _parts(values: list[object]) -> e.Parts:
    return tuple(value if isinstance(value, str) else _READ[value] for value in values)


def _many(rest: list[object]) -> tuple[e.Expression, ...]:
    return tuple(_expression(node) for node in rest if isinstance(node, list))


_READERS: Mapping[str, Callable[[list[object]], e.Expression]] = {
    "all": lambda rest: e.All(_many(rest)),
    "any": lambda rest: e.Any(_many(rest)),
    "not": lambda rest: e.Not(_many(rest)[0]),
    "atom": _atom,
}
