"""Text from outside, made fit for the database."""

_ELLIPSIS = "…"


def storable(text: str) -> str:
    """Returns a text without NUL, the one character of UTF-8 that PostgreSQL's text can't hold."""
    return text.replace("\0", "")


def one_line(text: str) -> str:
    """Returns a storable text in one line, without space around it."""
    return " ".join(storable(text).split())


def clipped(text: str, limit: int) -> str:
    """Returns a storable text of at most `limit` characters; an ellipsis says that it was longer."""
    text = storable(text)
    return text if len(text) <= limit else text[: limit - 1] + _ELLIPSIS
