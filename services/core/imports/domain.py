"""What an import is, what it may receive, and how it goes on."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID, uuid5

from services.mesh.errors import Failure, Reason, invalid_field

_IDENTITIES = UUID("0197d1a0-3a5e-7c3e-9b1d-5f5e2d1c6a16")
BLOCK = 1024 * 1024
"""Bytes of a file that are kept together; the last of a call may be fewer."""
KEPT = timedelta(days=7)
"""How long an unfinished file is kept."""


class State(StrEnum):
    """Where an import stands."""

    RECEIVING = "RECEIVING"
    PROCESSING = "PROCESSING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


ENDED = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})
TRANSITIONS = MappingProxyType(
    {
        State.RECEIVING: frozenset({State.PROCESSING, State.CANCELLED}),
        State.PROCESSING: frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED}),
        State.SUCCEEDED: frozenset[State](),
        State.FAILED: frozenset[State](),
        State.CANCELLED: frozenset[State](),
    }
)


@dataclass(frozen=True, slots=True)
class Counts:
    """What came of a file so far; the contract says of each what it counts."""

    records: int = 0
    created: int = 0
    seen_again: int = 0
    reopened: int = 0
    merged: int = 0
    refused: int = 0
    gone: int = 0
    closed: int = 0
    outside_scope: int = 0


@dataclass(frozen=True, slots=True)
class Import:
    """One report on its way to findings.

    Attributes:
        format: As given, or as recognized; empty until then.
        target: What all findings are of; None where each finds its own.
        engagement: Whose tests the report is of; None for none's.
        size: The file's bytes as the sender says; 0 where it doesn't.
        sha256: In hexadecimal digits, as the sender says; empty where it doesn't.
        received: The bytes that are kept.
        read: The bytes that have been read.
        tool: The tool's name as the report has it.
        expires_at: Until when an unfinished file is kept.
        revision: How often it was changed, from 1.
    """

    id: UUID
    organization: UUID
    display_name: str
    filename: str
    format: str
    target: UUID | None
    label: str
    strict: bool
    close_gone: bool
    size: int
    sha256: str
    state: State
    creator: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    received: int = 0
    read: int = 0
    counts: Counts = Counts()
    tool: str = ""
    failure_reason: str = ""
    engagement: UUID | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    revision: int = 1

    @property
    def source(self) -> str:
        """What the import is one of: with which earlier ones it is compared. Empty where it names no origin."""
        origin = self.label or self.target
        return "\n".join((self.format, self.label, str(self.target or ""))) if origin and self.format else ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Records that couldn't be read; `number` counts an import's refusals from 0."""

    number: int
    position: str
    reason: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much there may be, in bytes: of one file, and of all files of an organization that are kept at a time."""

    file: int
    organization: int


def require_open(value: Import, now: datetime) -> None:
    """Checks that an import takes more of its file.

    Raises:
        Failure: ILLEGAL_TRANSITION; it has it, or has ended, or its time is over.
    """
    if value.state is not State.RECEIVING:
        raise Failure(Reason.ILLEGAL_TRANSITION, f"The import is {value.state}; it takes no more of its file.")
    if now >= value.expires_at:
        raise Failure(Reason.ILLEGAL_TRANSITION, "The import wasn't finished in time. Begin another one.")


def require_offset(value: Import, offset: int) -> None:
    """Checks that what is sent begins where what is kept ends.

    Raises:
        Failure: OFFSET_MISMATCH, with the right one in the metadata.
    """
    if offset != value.received:
        raise Failure(
            Reason.OFFSET_MISMATCH,
            f"{value.received} bytes are kept; go on there, not at {offset}.",
            metadata={"received_bytes": str(value.received)},
        )


def require_room(value: Import, more: int, kept: int, bounds: Bounds) -> None:
    """Checks that there is room for more bytes.

    Args:
        value: The import.
        more: How many.
        kept: How many bytes of files the organization has, this import's included.
        bounds: How many there may be.

    Raises:
        Failure: REQUEST_TOO_LARGE, QUOTA_EXCEEDED.
    """
    most = min(value.size or bounds.file, bounds.file)
    if value.received + more > most:
        raise Failure(Reason.REQUEST_TOO_LARGE, f"The file is larger than {most} bytes.")
    if kept + more > bounds.organization:
        raise Failure(
            Reason.QUOTA_EXCEEDED,
            f"Your organization's unfinished imports may have {bounds.organization} bytes. Finish or cancel some.",
        )


def received(value: Import, more: int, now: datetime) -> Import:
    """Returns the import with more bytes of its file."""
    return replace(value, received=value.received + more, updated_at=now, revision=value.revision + 1)


def finish(value: Import, now: datetime) -> Import:
    """Returns the import with its file whole.

    Raises:
        Failure: INVALID_FIELD; it isn't as long as the sender said, or empty.
    """
    if value.size and value.size != value.received:
        raise invalid_field("size_bytes", f"the file is said to have {value.size} bytes, and has {value.received}")
    if not value.received:
        raise invalid_field("content", "the file is empty")
    return move(value, State.PROCESSING, now)


def move(value: Import, state: State, now: datetime, failure_reason: str = "") -> Import:
    """Returns the import in another state.

    Raises:
        Failure: ILLEGAL_TRANSITION; it can't go there from where it stands.
    """
    if state not in TRANSITIONS[value.state]:
        raise Failure(Reason.ILLEGAL_TRANSITION, f"The import is {value.state}; it can't become {state}.")
    return replace(
        value,
        state=state,
        started_at=value.started_at or (now if state is State.PROCESSING else None),
        ended_at=now if state in ENDED else None,
        failure_reason=failure_reason,
        updated_at=now,
        revision=value.revision + 1,
    )


def sighting_id(value: UUID, record: int) -> UUID:
    """Returns the identifier of a record's sighting (UUIDv5): the same however often the file is read.

    Args:
        value: The import's identifier.
        record: The record's number in the file, from 0.
    """
    return uuid5(_IDENTITIES, f"{value} {record}")
