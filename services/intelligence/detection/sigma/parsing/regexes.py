r"""Regular expressions as rules have them, fitted to RE2.

Rules are written for engines whose `\w`, `\d` and `\s` know every script; RE2's know ASCII. Their negations inside a
character class keep RE2's meaning, as it can't say a difference of classes.
"""

import re
from collections.abc import Mapping

_PIECE = re.compile(r"\\.|\[:\^?\w+:\]|\[\^?\]?|.", re.DOTALL)

_WORD = r"\p{L}\p{N}\p{M}_"
_SPACE = r"\s\x0b\x1c-\x1f\x{85}\p{Z}"
_OUTSIDE: Mapping[str, str] = {
    r"\w": f"[{_WORD}]",
    r"\W": f"[^{_WORD}]",
    r"\d": r"\p{Nd}",
    r"\D": r"\P{Nd}",
    r"\s": f"[{_SPACE}]",
    r"\S": f"[^{_SPACE}]",
}
_INSIDE: Mapping[str, str] = {r"\w": _WORD, r"\d": r"\p{Nd}", r"\s": _SPACE}


def fitted(pattern: str) -> str:
    """The pattern with its classes widened to Unicode."""
    pieces: list[str] = []
    inside = False
    for piece in _PIECE.findall(pattern):
        pieces.append((_INSIDE if inside else _OUTSIDE).get(piece, piece))
        if inside:
            # `[` begins nothing inside a class, but may have drawn its end into the piece.
            inside = piece != "]" and not (piece[0] == "[" and piece[-1] == "]" and piece[:2] != "[:")
        else:
            inside = piece.startswith("[")
    return "".join(pieces)
