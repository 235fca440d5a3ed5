"""What a schedule of scans is."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from services.mesh.errors import Failure, Reason
from services.mesh.windows import Calendar


class State(IntEnum):
    """Whether a schedule orders scans, numbered as in the contract."""

    ACTIVE = 1
    PAUSED = 2


class Overlap(IntEnum):
    """What happens to what is due while the scan before still runs, numbered as in the contract."""

    SKIP = 1
    BUFFER_ONE = 2
    CANCEL_OTHER = 3


@dataclass(frozen=True, slots=True)
class Schedule:
    """A scan that is ordered again and again; `revision` counts its changes from 1.

    Attributes:
        profile: The profile's name; so for `outside_window`.
        cron: When, as cron has it; empty where there is an interval.
        interval_seconds: How long from one to the next; 0 where there is a cron.
        calendar: When nothing is ordered, and the time zone.
        last_refusal: Why nothing was ordered when it last was due.
    """

    id: UUID
    display_name: str
    engagement: UUID | None
    targets: tuple[UUID, ...]
    profile: str
    ports: tuple[int, ...]
    outside_window: str
    cron: str
    interval_seconds: int
    calendar: Calendar
    overlap: Overlap
    creator: str
    created_at: datetime
    updated_at: datetime
    state: State = State.ACTIVE
    last_run_at: datetime | None = None
    last_scan: UUID | None = None
    last_refusal: str = ""
    revision: int = 1


def move(schedule: Schedule, state: State, now: datetime) -> Schedule:
    """Returns the schedule in another state.

    Raises:
        Failure: ILLEGAL_TRANSITION; it is in that state already.
    """
    if schedule.state is state:
        raise Failure(Reason.ILLEGAL_TRANSITION, f"The schedule is {state.name}.")
    return replace(schedule, state=state, updated_at=now, revision=schedule.revision + 1)


def ran(schedule: Schedule, now: datetime, scan: UUID | None, refusal: str = "") -> Schedule:
    """Returns the schedule after it was due: with the scan that it ordered, or why it ordered none."""
    return replace(
        schedule,
        last_run_at=now,
        last_scan=scan or schedule.last_scan,
        last_refusal=refusal,
        updated_at=now,
        revision=schedule.revision + 1,
    )
