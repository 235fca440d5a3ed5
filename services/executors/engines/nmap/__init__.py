"""nmap, where it is installed: service and version detection better than the built-in port scan's."""

import shutil

from services.executors.domain import Kind, Stage
from services.executors.engine import Executor
from services.executors.registry import deferred


def installed() -> bool:
    """Tell whether this machine has nmap in its path."""
    return shutil.which("nmap") is not None


EXECUTOR = Executor(
    name="nmap",
    title="nmap service and version detection",
    stage=Stage.DISCOVERY,
    kinds=frozenset({Kind.HOST, Kind.CIDR}),
    run=deferred("services.executors.engines.nmap.scan"),
    available=installed,
    least_pace=10.0,
)
