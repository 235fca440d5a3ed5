"""What an item of a checklist is, and how far several are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from uuid import UUID


class State(IntEnum):
    """How far an item is, numbered as in the contract. Any may follow any: work goes back and forth."""

    NOT_STARTED = 1
    IN_PROGRESS = 2
    DONE = 3
    NOT_APPLICABLE = 4


_DEALT_WITH = (State.DONE, State.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at; `revision` counts its changes from 1.

    Attributes:
        methodology: The number of the methodology.
        code: Its identifier there.
        place: Where it stands among the others.
        assignee: The account of who does it.
        findings: Findings that it led to.
    """

    id: UUID
    engagement: UUID
    methodology: int
    code: str
    place: int
    updated_at: datetime
    state: State = State.NOT_STARTED
    assignee: UUID | None = None
    notes: str = ""
    findings: tuple[UUID, ...] = ()
    revision: int = 1


def change(item: Item, now: datetime, **values: object) -> Item:
    """Returns the item with other values of its state, assignee, notes or findings."""
    return replace(item, updated_at=now, revision=item.revision + 1, **values)  # type: ignore[arg-type] # its own fields


def percent(counts: Mapping[State, int]) -> int:
    """Returns how far items are together, 0 to 100; what isn't applicable is dealt with."""
    total = sum(counts.values())
    return 100 * sum(counts.get(state, 0) for state in _DEALT_WITH) // total if total else 0
