"""Text that others wrote, made fit for a terminal: banners and titles come from the systems under test."""

import unicodedata

# Cc: control characters, and with them terminal sequences; Cf: invisible ones, such as those that turn the direction
# of writing; Cs, Co, Cn: what no terminal can show.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_KEPT = frozenset({"\n", "\t"})


def clean(text: str, *, lines: bool = False) -> str:
    """Returns a text without anything that a terminal would obey.

    Args:
        text: The text.
        lines: Whether line breaks and tabs stay; otherwise each becomes a space.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_clean(character, lines=lines) for character in text.replace("\r\n", "\n"))


def _clean(character: str, *, lines: bool) -> str:
    if character in _KEPT:
        return character if lines else " "
    return _REPLACEMENT if unicodedata.category(character) in _HIDDEN else character
