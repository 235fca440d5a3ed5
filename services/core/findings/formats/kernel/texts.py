"""Text of strangers made fit for storage and for people."""

import html
import re
from collections.abc import Iterable

_CONTROL = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n"}
_BLOCK = re.compile(r"<\s{0,4}(?:br|/?p|/?div|/?li|/?ul|/?ol|/?tr|/?h[1-6]|/?pre)\b[^<>]{0,1000}>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,1000}>|<!--[^<>]{0,1000}-->")


def clean(text: str, most: int) -> str:
    """Returns a text without control characters and lone surrogates, of at most `most` characters, marked if cut."""
    text = text[: most + 1]
    if not text.isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROL)
        text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= most else text[: most - 1] + "…"


def one_line(text: str, most: int) -> str:
    """Returns a text as `clean` does, in one line, without space around it."""
    if len(text) <= most and text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(clean(text, most).split())


def plain(markup: str, most: int = 65_536) -> str:
    """Returns the text of a piece of HTML, its blocks as lines, without judging what is in it."""
    text = html.unescape(_TAG.sub("", _BLOCK.sub("\n", markup[: most * 2])))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in text.split("\n"))).strip()[:most]


def joined(*paragraphs: str) -> str:
    """Returns the paragraphs that hold something, an empty line between two."""
    return "\n\n".join(paragraph for paragraph in (text.strip() for text in paragraphs) if paragraph)


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    """Returns the texts that hold something, each once, in their order."""
    return tuple(dict.fromkeys(text for text in (text.strip() for text in texts) if text))
