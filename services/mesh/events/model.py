"""What an event is, before and after it is written to the log."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Position(NamedTuple):
    """An event's place in the log: the transaction's number, then the order inside the log.

    Transactions below the snapshot horizon have ended, so a reader that stays below it and goes on from its last
    position misses nothing and repeats nothing.
    """

    transaction: int
    sequence: int

    def __str__(self) -> str:
        return f"{self.transaction}-{self.sequence}"

    @classmethod
    def parse(cls, text: str) -> "Position":
        """Returns the position that `str` made the text of.

        Raises:
            ValueError: The text is no position.
        """
        transaction, _, sequence = text.partition("-")
        return cls(int(transaction), int(sequence))


START = Position(0, 0)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as a service reports it.

    Attributes:
        type: Noun and verb in the past tense, such as `finding.created`; the noun is the permission's.
        resource: The name of the resource that it happened to.
        summary: One line for people.
        snapshot: The serialized message of the resource after the change; may be empty.
        snapshot_type: The message's full name, such as `xorb.core.v1.Finding`.
    """

    type: str
    resource: str
    summary: str
    snapshot: bytes = b""
    snapshot_type: str = ""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as the log has it: with its place, time, actor and trace context."""

    position: Position
    organization: UUID
    id: UUID
    time: datetime
    actor: str
    event: Event
    trace_context: dict[str, str] = field(default_factory=dict)
