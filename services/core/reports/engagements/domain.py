"""An engagement as a report tells of it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Item:
    """What was asked for, and how far it is: its methodology, identifier, title and state in words."""

    methodology: str
    code: str
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, and when."""

    time: datetime
    summary: str


@dataclass(frozen=True, slots=True)
class Engagement:
    """An engagement.

    Attributes:
        facts: Names and what they stand for, such as who tested and for how long.
        hours: How many hours were worked.
        items: Those of its checklists that were begun, in their order.
        counts: By methodology, how many items were dealt with, and how many there are.
        moments: Its timeline, the oldest first.
        start: When it began; None where it hasn't.
        finish: When it was closed; None where it isn't.
    """

    display_name: str
    facts: tuple[tuple[str, str], ...]
    hours: float
    items: tuple[Item, ...]
    counts: tuple[tuple[str, int, int], ...]
    moments: tuple[Moment, ...]
    start: datetime | None
    finish: datetime | None
