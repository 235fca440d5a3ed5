"""Tests of which one must hold wherever a condition does: who has none of them isn't asked."""

from collections.abc import Callable, Container, Mapping

from services.intelligence.detection.sigma.engine.conditions import Key
from services.intelligence.detection.sigma.expressions import All, Any, Atom, Expression, Like, Not


def witnesses(
    expression: Expression, cost: Callable[[Key], float], excluded: Container[Key] = ()
) -> frozenset[Key] | None:
    """The set of such tests that costs least, without those `excluded`; None where the condition may hold with none."""
    match expression:
        case Atom(field, test):
            return None if (field, test) in excluded else frozenset({(field, test)})
        case All(args):
            found = [one for one in (witnesses(arg, cost, excluded) for arg in args) if one is not None]
            return min(found, key=lambda one: sum(map(cost, one)), default=None)
        case Any(args):
            every = [witnesses(arg, cost, excluded) for arg in args]
            known = [one for one in every if one is not None]
            return frozenset[Key]().union(*known) if len(known) == len(every) else None
        case Not():
            return None


_OFTEN = {0: 3_000, 1: 300, 2: 30, 3: 30}
"""How much more often than longer texts are those of so many characters found, and fields at all."""


class Costs:
    """What a witness costs, guessed from the rules: how often it holds, times those that are then asked."""

    def __init__(self, asked: Mapping[Key, int]) -> None:
        self._asked = asked

    def __call__(self, key: Key) -> float:
        """Little for what few rules name, and for long texts."""
        parts = key[1].parts if isinstance(key[1], Like) else ()
        longest = max((len(part) for part in parts if isinstance(part, str)), default=0)
        return self._asked[key] * _OFTEN.get(longest, 1)
