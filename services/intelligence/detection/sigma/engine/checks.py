"""Tests of texts by how they are found: sure by a literal alone, to be checked after one, or always to be checked."""

import re
from collections.abc import Callable
from functools import lru_cache

from services.intelligence.detection.sigma.engine.gates import gates, shortest
from services.intelligence.detection.sigma.engine.literals import EDGE, Literals, well_formed
from services.intelligence.detection.sigma.expressions import Like, Matches, Parts, Test, Wildcard
from services.intelligence.detection.sigma.matching.tests import encoded, expression, lower
from services.intelligence.detection.sigma.matching.wildcards import matcher

Check = Callable[[str, str], bool]
"""Whether a text, which is also given in lower case, passes a test."""

LONG_S = "\u017f"
"""An s without regard to case, though its lower case isn't one: in its presence literals say nothing of expressions."""

_LONG = re.compile(r"\.\{([0-9]+),?\}")
"""Asks a line to be so long: RE2 takes 20 ms for a thousand characters, as it keeps a thousand places at once."""

_COMMON = frozenset((".exe", ".dll"))
"""Texts that many values hold: better none to look for where there is another."""


class Checks:
    """Tests of texts, each with its number."""

    def __init__(self) -> None:
        self._literals: list[tuple[str, int]] = []
        self.after: list[tuple[int, Check]] = []
        self.expressions: list[tuple[int, Check]] = []
        self.always: list[tuple[int, Check]] = []

    def take(self, test: Test, number: int) -> bool:
        """Whether the test is one of those that are found so."""
        if isinstance(test, Like):
            return self._like(test, number)
        if not isinstance(test, Matches):
            return False
        literals, check = gates(test.pattern), searching(test.pattern)
        if literals is None:
            self.always.append((number, check))
        else:
            self.expressions.append((number, check))
            self._after(literals, number, check)
        return True

    def literals(self) -> Literals | None:
        """All literals; one that proves nothing has for a number the place in `after` of its check, inverted."""
        return Literals(self._literals) if self._literals else None

    def _like(self, test: Like, number: int) -> bool:
        parts = lower(test.parts)
        texts = [part for part in parts if isinstance(part, str) and well_formed(part)]
        longest = max(texts, key=lambda one: (one not in _COMMON, len(one)), default="")
        if not longest or (test.cased and not longest.isascii()):
            return False
        whole = _whole(parts)
        if whole is not None and not test.cased:
            self._literals.append((whole, number))
        else:
            self._after((longest,), number, _liking(test))
        return True

    def _after(self, literals: tuple[str, ...], number: int, check: Check) -> None:
        self._literals += [(literal, ~len(self.after)) for literal in literals]
        self.after.append((number, check))


def _whole(parts: Parts) -> str | None:
    """The one literal that proves a pattern, with edges where it is anchored."""
    inner = parts[(parts[0] is Wildcard.ANY) : len(parts) - (parts[-1] is Wildcard.ANY)]
    texts = [part for part in inner if isinstance(part, str) and well_formed(part)]
    if not texts or len(texts) < len(inner):
        return None
    first = "" if parts[0] is Wildcard.ANY else EDGE
    last = "" if parts[-1] is Wildcard.ANY else EDGE
    return f"{first}{''.join(texts)}{last}"


def _liking(test: Like) -> Check:
    passes, cased = matcher(test.parts if test.cased else lower(test.parts)), test.cased
    return lambda value, shown: passes(value if cased else shown)


@lru_cache(maxsize=8_192)
def searching(pattern: str) -> Check:
    """A check that a regular expression is found in a text."""
    long = _LONG.fullmatch(pattern)
    least = int(long[1]) if long else shortest(pattern)
    if long is not None:
        return lambda value, _: len(value) >= least and max(map(len, value.split("\n"))) >= least
    search, literals = expression(pattern).search, gates(pattern) or ("",)
    one, more = literals[0], literals[1:]
    return lambda value, shown: (
        len(value) >= least
        and (one in shown or any(other in shown for other in more) or LONG_S in shown)
        and bool(search(encoded(value)))
    )
