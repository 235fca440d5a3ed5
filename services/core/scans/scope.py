"""The scope of a scan's tasks: only what was verified, and never what was excluded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from services.core.scans.domain import Scan, ScanTarget, Task
from services.core.scans.leave import Leave, paced
from services.core.scans.profiles import PROFILES, ports
from services.executors import domain as executors
from services.executors.domain import Kind, Scope, Service


@dataclass(frozen=True)
class Bounds:
    """What the operator allows beyond the public internet, and which resolver is asked."""

    allow_loopback: bool = False
    allow_private: bool = False
    resolver: str | None = None


def scope(target: ScanTarget, all_targets: Iterable[ScanTarget], bounds: Bounds, leave: Leave | None = None) -> Scope:
    """Returns what a task on `target` may connect to: itself, less what targets or the leave exclude."""
    kind = Kind(target.kind)
    excluded = [text for other in all_targets for text in other.excluded]
    return Scope(
        allowed=(ip_network(target.address),) if kind is Kind.CIDR else (),
        excluded=tuple(ip_network(text) for text in (*excluded, *(leave.excluded_addresses if leave else ()))),
        hosts=(target.address,) if kind is Kind.HOST else (),
        urls=(target.address,) if kind is Kind.URL else (),
        excluded_hosts=leave.excluded_hosts if leave else (),
        excluded_paths=leave.excluded_paths if leave else (),
        allow_loopback=bounds.allow_loopback,
        allow_private=bounds.allow_private,
    )


@dataclass(frozen=True)
class Work:
    """A scan as one of its tasks meets it: with its targets, all its tasks, and the leave that it is held to."""

    scan: Scan
    task: Task
    targets: Sequence[ScanTarget]
    tasks: Sequence[Task]
    leave: Leave | None = None


def executor_task(work: Work, services: Sequence[Service], bounds: Bounds) -> executors.Task:
    """Returns what the executor is told."""
    scan, task, targets = work.scan, work.task, work.targets
    target = next(target for target in targets if target.id == task.target)
    return executors.Task(
        executor=task.executor,
        target=target.address,
        kind=Kind(target.kind),
        scope=scope(target, targets, bounds, work.leave),
        ports=ports(scan),
        limits=paced(PROFILES[scan.profile].limits, work.leave, work.tasks, task),
        resolver=bounds.resolver,
        services=tuple(services),
        checks=scan.checks,
        places=scan.places,
    )
