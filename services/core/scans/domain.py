"""What a scan is, how it may go on, and how far it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID, uuid5

from services.mesh.errors import Failure, Reason

_IDENTITIES = UUID("0197d1a0-3a5e-7c3e-9b1d-5f5e2d1c6a10")


class State(StrEnum):
    """Where a scan stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class Profile(StrEnum):
    """How thorough a scan is."""

    QUICK = "QUICK"
    STANDARD = "STANDARD"
    THOROUGH = "THOROUGH"


class OutsideWindow(StrEnum):
    """What a scan does where its engagement's windows are closed."""

    WAIT = "WAIT"
    REFUSE = "REFUSE"


class TaskState(StrEnum):
    """Where one executor on one target stands."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


class Stage(StrEnum):
    """The stages of a scan, in their order."""

    DISCOVERY = "discovery"
    ASSESSMENT = "assessment"


ENDED = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})
TASK_ENDED = frozenset({TaskState.DONE, TaskState.FAILED, TaskState.SKIPPED})
TRANSITIONS = MappingProxyType(
    {
        State.QUEUED: frozenset({State.RUNNING, State.CANCELLED, State.FAILED}),
        State.RUNNING: frozenset({State.PAUSED, State.SUCCEEDED, State.FAILED, State.CANCELLED}),
        State.PAUSED: frozenset({State.RUNNING, State.SUCCEEDED, State.FAILED, State.CANCELLED}),
        State.SUCCEEDED: frozenset[State](),
        State.FAILED: frozenset[State](),
        State.CANCELLED: frozenset[State](),
    }
)


@dataclass(frozen=True, slots=True)
class ScanTarget:
    """A target as it was when the scan was ordered: what may be touched is settled then.

    Attributes:
        kind: `host`, `cidr` or `url`.
        address: The host, block or URL.
        excluded: Addresses and blocks that are never touched.
    """

    id: UUID
    display_name: str
    kind: str
    address: str
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One executor on one target, how far it is (0 to 100 percent), and whether what it looked at has answered."""

    executor: str
    target: UUID
    target_display_name: str
    stage: Stage
    state: TaskState = TaskState.WAITING
    percent: int = 0
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Scan:
    """One run of a set of executors over a set of targets; `revision` counts its changes.

    Attributes:
        engagement: The engagement that it is held to; None for a scan of its own.
        schedule: The schedule that ordered it.
        outside_window: What it does where the engagement's windows are closed.
        held_until: When they open again, while it waits for that.
        executors: The only executors that run; all where there are none.
        checks: The only checks that are looked for; all where there are none.
        places: The only places that these are looked for at; all where there are none.
    """

    id: UUID
    organization: UUID
    display_name: str
    targets: tuple[UUID, ...]
    profile: Profile
    ports: tuple[int, ...]
    state: State
    creator: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    failure_reason: str = ""
    findings: int = 0
    revision: int = 1
    engagement: UUID | None = None
    schedule: UUID | None = None
    outside_window: OutsideWindow = OutsideWindow.WAIT
    held_until: datetime | None = None
    executors: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of a scan's log; `level` is `INFO`, `WARNING` or `ERROR`."""

    id: UUID
    time: datetime
    level: str
    executor: str
    message: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an executor printed, without the content; `size` is in bytes."""

    id: UUID
    scan: UUID
    target: UUID
    executor: str
    media_type: str
    size: int
    sha256: str
    truncated: bool
    created_at: datetime


def move(scan: Scan, state: State, now: datetime, failure_reason: str = "") -> Scan:
    """Returns the scan in another state.

    Raises:
        Failure: ILLEGAL_TRANSITION; the scan can't go there from where it stands.
    """
    if state not in TRANSITIONS[scan.state]:
        raise Failure(Reason.ILLEGAL_TRANSITION, f"The scan is {scan.state}; it can't become {state}.")
    return replace(
        scan,
        state=state,
        started_at=scan.started_at or (now if state is State.RUNNING else None),
        ended_at=now if state in ENDED else None,
        failure_reason=failure_reason,
        held_until=None,
        updated_at=now,
        revision=scan.revision + 1,
    )


def hold(scan: Scan, until: datetime, now: datetime) -> Scan:
    """Returns the scan waiting until a moment; one that runs is paused."""
    state = State.PAUSED if scan.state is State.RUNNING else scan.state
    return replace(scan, state=state, held_until=until, updated_at=now, revision=scan.revision + 1)


def let_go_on(scan: Scan, now: datetime) -> Scan:
    """Returns the scan when it waits no more."""
    state = State.RUNNING if scan.state is State.PAUSED else scan.state
    return replace(scan, state=state, held_until=None, updated_at=now, revision=scan.revision + 1)


def percent(tasks: Sequence[Task]) -> int:
    """Returns how far several tasks are together, 0 to 100; an ended task is whole, however it ended."""
    if not tasks:
        return 0
    return sum(100 if task.state in TASK_ENDED else task.percent for task in tasks) // len(tasks)


def by_stage(tasks: Iterable[Task]) -> dict[Stage, list[Task]]:
    """Returns the tasks of each stage that has any, in the order of the stages."""
    listed = list(tasks)
    stages = {stage: [task for task in listed if task.stage is stage] for stage in Stage}
    return {stage: members for stage, members in stages.items() if members}


def sighting_id(scan: UUID, executor: str, target: UUID, *identity: str) -> UUID:
    """Returns a sighting's identifier (UUIDv5): the same however often the executor sees it in this scan."""
    return uuid5(_IDENTITIES, "\n".join([str(scan), executor, str(target), *identity]))


def evidence_id(scan: UUID, executor: str, target: UUID) -> UUID:
    """Returns the identifier of an executor's raw output (UUIDv5): a repeated run replaces it."""
    return uuid5(_IDENTITIES, "\n".join([str(scan), executor, str(target), "evidence"]))
