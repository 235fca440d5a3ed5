"""Which of many regular expressions are found in a text: those whose literals aren't there aren't tried."""

from collections.abc import Sequence

import re2

GROUP = 128
"""Expressions a filter: few enough for its automaton to fit RE2's usual memory."""


class Regexes:
    """Expressions that RE2 takes, each with the bits of its test."""

    def __init__(self, patterns: Sequence[tuple[str, int]]) -> None:
        options = re2.Options()
        options.log_errors = False
        options.never_capture = True
        self._groups = []
        for start in range(0, len(patterns), GROUP):
            group = patterns[start : start + GROUP]
            literals = re2.Filter()
            for pattern, _ in group:
                literals.Add(pattern.encode(), options)
            literals.Compile()
            self._groups.append((literals, [mask for _, mask in group]))

    def mask(self, shown: bytes) -> int:
        """The bits of the expressions that are found in a text in UTF-8."""
        mask = 0
        for literals, masks in self._groups:
            for place in literals.Match(shown) or ():
                mask |= masks[place]
        return mask
