r"""What a text must hold for a regular expression to be found in it: cheap to ask before the expression is.

Read off an expression as RE2 takes it, with no more than is sure: from what stands outside any group.
"""

import re
from collections.abc import Iterator

_FLAGS = re.compile(r"\(\?[imsU]+\)")
_CLASS = r"\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]"
_PIECE = re.compile(rf"\\[0-7]{{1,3}}|\\[pP](?:\{{[^}}]*\}}|.)|\\x(?:\{{[^}}]*\}}|..)|\\.|{_CLASS}|.", re.DOTALL)
_REPEATED = re.compile(r"\{(\d+)(?:,\d*)?\}")
_BOTH_CASES = re.compile(r"\[([a-zA-Z])([a-zA-Z])\]")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~ ])")
_WIDTHLESS = re.compile(r"\\[bBAzZ]|[$^]")
_CONTROLS = {r"\n": "\n", r"\r": "\r", r"\t": "\t"}
_UNREAD = (r"\Q", r"\C")

Part = tuple[str, int, int | None]
"""A literal character in lower case (empty for what is none), how often it stands there at least, and how often when
nothing repeats it; the last None for the `|` of two alternatives."""


def gates(pattern: str) -> tuple[str, ...] | None:
    """Texts in lower case of which one is in the lower case of any text that the pattern is found in.

    None where nothing is known. It doesn't hold for texts with U+017F, which is an s without regard to case.
    """
    parts = _parts(pattern)
    runs = [[""]]
    for character, times, width in parts or ():
        if width is None:
            runs.append([""])
        elif character and times:
            runs[-1][-1] += character
        if not character or times != 1:
            runs[-1].append("")
    longest = [max(alternative, key=len) for alternative in runs]
    return tuple(dict.fromkeys(longest)) if all(longest) else None


def shortest(pattern: str) -> int:
    """No text with fewer characters holds the pattern; a lower bound."""
    parts = _parts(pattern) or []
    return 0 if any(width is None for _, _, width in parts) else sum(times * (width or 0) for _, times, width in parts)


def _parts(pattern: str) -> list[Part] | None:
    """What stands outside any group, in order; None for what isn't understood."""
    parts: list[Part] = []
    depth = 0
    for piece in _pieces(_FLAGS.sub("", pattern)):
        if piece in _UNREAD:
            return None
        depth += (piece == "(") - (piece == ")")
        repeated = _REPEATED.fullmatch(piece)
        if depth or piece == ")":
            parts.append(("", 0, 0))
        elif piece == "|":
            parts.append(("", 0, None))
        elif parts and (piece in ("?", "*", "+") or repeated):
            character, times, width = parts[-1]
            least = int(repeated[1]) if repeated else int(piece == "+")
            # A second one, as in `a+?`, says how to search.
            parts[-1] = (character, min(times, least) if times != 1 else least, width)
            if piece == "+" or (repeated and least):
                parts.append(("", 0, 0))
        else:
            parts.append((_literal(piece), 1, 0 if _WIDTHLESS.fullmatch(piece) else 1))
    return None if depth else parts


def _pieces(pattern: str) -> Iterator[str]:
    place = 0
    while place < len(pattern):
        found = _REPEATED.match(pattern, place) or _PIECE.match(pattern, place)
        piece = found[0] if found else pattern[place]
        place += len(piece)
        yield piece


def _literal(piece: str) -> str:
    """The character in lower case that a piece stands for; empty where it is any of several, or none."""
    if len(piece) == 1:
        return "" if piece in ".^$[]" or not piece.isascii() else piece.lower()
    cases, escaped = _BOTH_CASES.fullmatch(piece), _ESCAPED.fullmatch(piece)
    if cases is not None:
        return cases[1].lower() if cases[1].lower() == cases[2].lower() else ""
    return _CONTROLS.get(piece, "") if escaped is None else escaped[1]
