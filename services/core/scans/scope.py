"""The scope of a scan's tasks: only what was verified, and never what was excluded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from services.core.scans.domain import Scan, ScanTarget, Task
from services.core.scans.profiles import PROFILES, ports
from services.executors import domain as executors
from services.executors.domain import Kind, Scope, Service


@dataclass(frozen=True)
class Bounds:
    """What the operator allows beyond the public internet, and which resolver is asked."""

    allow_loopback: bool = False
    allow_private: bool = False
    resolver: str | None = None


def scope(target: ScanTarget, all_targets: Iterable[ScanTarget], bounds: Bounds) -> Scope:
    """Returns what a task on `target` may connect to: the target itself, less what any target of the scan excludes."""
    kind = Kind(target.kind)
    return Scope(
        allowed=(ip_network(target.address),) if kind is Kind.CIDR else (),
        excluded=tuple(ip_network(text) for other in all_targets for text in other.excluded),
        hosts=(target.address,) if kind is Kind.HOST else (),
        urls=(target.address,) if kind is Kind.URL else (),
        allow_loopback=bounds.allow_loopback,
        allow_private=bounds.allow_private,
    )


def executor_task(
    scan: Scan, task: Task, targets: Sequence[ScanTarget], services: Sequence[Service], bounds: Bounds
) -> executors.Task:
    """Returns what the executor is told."""
    target = next(target for target in targets if target.id == task.target)
    return executors.Task(
        executor=task.executor,
        target=target.address,
        kind=Kind(target.kind),
        scope=scope(target, targets, bounds),
        ports=ports(scan),
        limits=PROFILES[scan.profile].limits,
        resolver=bounds.resolver,
        services=tuple(services),
    )
