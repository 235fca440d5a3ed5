"""The two ways in which a file is bad: as a whole, and in one record."""


class Malformed(Exception):
    """A file that can't be read on from here.

    Attributes:
        position: Where: a line, a path, a byte; empty where it is the whole file.
        reason: Why, for the person who sent it.
    """

    def __init__(self, position: str, reason: str) -> None:
        super().__init__(f"{position}: {reason}" if position else reason)
        self.position = position
        self.reason = reason


class Unreadable(ValueError):
    """One record that can't be read; the message says why, the reader knows where."""
