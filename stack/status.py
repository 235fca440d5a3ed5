"""The state of the stack as others may read it: one record per component, in a file beside the sockets."""

import json
import os
import time
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

import psutil

FILE_NAME = "status.json"


class State(StrEnum):
    """What a component is doing."""

    WAITING = "waiting"
    STARTING = "starting"
    UP = "up"
    UNHEALTHY = "unhealthy"
    DONE = "done"
    RESTARTING = "restarting"
    FAILED = "failed"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True)
class ComponentStatus:
    """One component at one moment.

    ``since`` is the time of the last change of state, seconds since the epoch; ``created`` the start of
    process ``pid`` in the same unit, telling it from a later one of that number; ``detail`` is for people.
    """

    name: str
    state: State = State.WAITING
    since: float = 0.0
    restarts: int = 0
    pid: int | None = None
    created: float | None = None
    ports: tuple[int, ...] = ()
    detail: str = ""

    def change(self, state: State, detail: str = "") -> "ComponentStatus":
        """The same component in ``state`` from now on."""
        return replace(self, state=state, detail=detail, since=time.time())

    def with_process(self, pid: int | None) -> "ComponentStatus":
        """The same component with another process, or none."""
        return replace(self, pid=pid, created=None if pid is None else start_time(pid))

    @property
    def alive(self) -> bool:
        """Whether the process recorded here still runs."""
        return self.pid is not None and start_time(self.pid) == self.created and self.created is not None


def start_time(pid: int) -> float | None:
    """When process ``pid`` started, seconds since the epoch; None if there is none or only its zombie."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return None


def memory(pid: int | None) -> int:
    """Resident bytes of process ``pid`` and its descendants, shared pages in each; 0 if it is gone."""
    if pid is None:
        return 0
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0
    return sum(_resident(member) for member in family)


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def write(run: Path, components: list[ComponentStatus]) -> None:
    """Replace the status file in ``run`` whole."""
    draft = run / f".{FILE_NAME}.{os.getpid()}"
    draft.write_text(json.dumps([asdict(component) for component in components]), encoding="utf-8")
    draft.replace(run / FILE_NAME)


def read(run: Path) -> list[ComponentStatus]:
    """The last written status; empty if there is none."""
    try:
        records = json.loads((run / FILE_NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [ComponentStatus(**{**record, "state": State(record["state"]), "ports": tuple(record["ports"])})
            for record in records]  # fmt: skip
