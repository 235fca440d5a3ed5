"""Texts of findings made fit for documents: what tools saw may hold anything."""

import re

# What XML 1.0 can't hold, other control characters, and those that reorder or hide what stands beside them (UAX #9).
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_SHOWN_INSTEAD = "\N{REPLACEMENT CHARACTER}"


def shown(text: str) -> str:
    """Returns a text without characters that no document can hold, or that would make it read otherwise."""
    return _UNFIT.sub(_SHOWN_INSTEAD, text.replace("\r\n", "\n").replace("\r", "\n"))


def line(text: str) -> str:
    """Returns a text fit to be shown, in one line."""
    return " ".join(shown(text).split())


def paragraphs(text: str) -> list[str]:
    """Returns the paragraphs of a text: what empty lines part."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
