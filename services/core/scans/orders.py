"""What passes between a scan's workflow and its activities; kept as JSON in the workflow's history."""

from dataclasses import dataclass, field

from services.executors.domain import Service


@dataclass(frozen=True)
class ScanOrder:
    """Which scan to run. Identifiers are UUIDs as text."""

    organization: str
    scan: str


@dataclass(frozen=True)
class TaskOrder:
    """One executor's work on one target, with the services that discovery found there."""

    scan: ScanOrder
    executor: str
    target: str
    stage: str
    services: list[Service] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """A scan's tasks, without services; where there are none yet, `hold_seconds` says how long the scan waits first."""

    tasks: list[TaskOrder]
    hold_seconds: float = 0.0


@dataclass(frozen=True)
class TaskResult:
    """What a task found that later tasks need: the open services of its target.

    Where `hold_seconds` isn't 0, it was kept from its work, and waits so long before it begins anew.
    """

    target: str
    services: list[Service] = field(default_factory=list)
    hold_seconds: float = 0.0


@dataclass(frozen=True)
class Ending:
    """How a scan ends: a state of the domain, and why where it failed."""

    scan: ScanOrder
    state: str
    reason: str = ""


@dataclass(frozen=True)
class WorkflowProgress:
    """What the workflow itself knows of its progress, for its query."""

    stage: str = "planning"
    total: int = 0
    ended: int = 0
    paused: bool = False
