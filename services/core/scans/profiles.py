"""What the profiles of a scan mean: which executors, which ports, which limits."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from services.core.scans.domain import OutsideWindow, Profile, Scan, ScanTarget, Stage, Task
from services.executors import registry
from services.executors.domain import Kind, Limits
from services.executors.domain import Stage as ExecutorStage


@dataclass(frozen=True)
class Rules:
    """What a profile means.

    Attributes:
        leaves_out: Executors that it does without.
        ports: TCP ports to look at; empty for each executor's own choice.
        limits: What one executor on one target may take.
        outside_window: What a scan does where its engagement's windows are closed, unless it says so itself.
    """

    leaves_out: frozenset[str] = frozenset()
    ports: tuple[int, ...] = ()
    limits: Limits = field(default_factory=Limits)
    outside_window: OutsideWindow = OutsideWindow.WAIT


PROFILES: Mapping[Profile, Rules] = MappingProxyType(
    {
        Profile.QUICK: Rules(
            frozenset({"nmap", "dns"}), limits=Limits(seconds=120), outside_window=OutsideWindow.REFUSE
        ),
        Profile.STANDARD: Rules(limits=Limits(seconds=600)),
        Profile.THOROUGH: Rules(ports=tuple(range(1, 10_001)), limits=Limits(seconds=3600, requests_per_second=200)),
    }
)


def ports(scan: Scan) -> tuple[int, ...]:
    """Returns the ports that a scan looks at: its own, or its profile's."""
    return scan.ports or PROFILES[scan.profile].ports


def tasks(scan: Scan, targets: Sequence[ScanTarget], keeps: Callable[[str], bool] = lambda _: True) -> Iterator[Task]:
    """Yields a scan's tasks, stage by stage: each executor of this machine that applies, on each target.

    Args:
        scan: The scan.
        targets: Its targets.
        keeps: Whether an executor can keep to the pace that was agreed.
    """
    rules = PROFILES[scan.profile]
    for stage in Stage:
        for target in targets:
            for executor in registry.applicable(Kind(target.kind), ExecutorStage(stage.value)):
                wanted = executor.name in scan.executors if scan.executors else executor.name not in rules.leaves_out
                if wanted and keeps(executor.name):
                    yield Task(executor.name, target.id, target.display_name, stage)
