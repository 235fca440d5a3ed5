"""What the supervisor has to know about a component."""

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from stack.http import Address
from stack.settings import Port


async def nothing_to_do() -> None:
    """The step of a component that needs none."""


async def always() -> bool:
    """The health of a component that is healthy as long as it runs."""
    return True


@dataclass(frozen=True)
class MetricsSource:
    """Where a component serves its metrics in Prometheus's text format."""

    address: Address
    path: str = "/metrics"


@dataclass(frozen=True)
class Component:
    """One process of the stack.

    Each start is: ``prepare`` (before the process), the process, ``healthy`` until it is true, ``configure``.
    Only then do components that name it in ``needs`` start. A ``one_shot`` one is done when it exits with 0.

    Attributes:
        name: unique; also the name of its log file.
        command: program and arguments.
        environment: the whole environment of the process, nothing is inherited.
        directory: working directory.
        needs: names of components that must be up before; those that are not part of the stack are ignored.
        ports: TCP ports it listens on.
        user: system user to run as, None for our own.
        stop_signal: asks it to end; ``grace`` seconds later it is killed.
        patience: seconds from start to healthy before the start counts as failed.
        check_every: seconds between two looks at its health while it is up.
        sockets: Unix sockets it listens on; a stale one is removed before a start.
        metrics: where its metrics are, if it has any.
        stand_in: what serves in its place while it restarts, None where that isn't possible.
        takes_over: whether callers have found it and go to it.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    directory: Path
    needs: tuple[str, ...] = ()
    ports: tuple[Port, ...] = ()
    healthy: Callable[[], Awaitable[bool]] = always
    prepare: Callable[[], Awaitable[None]] = nothing_to_do
    configure: Callable[[], Awaitable[None]] = nothing_to_do
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10.0
    patience: float = 30.0
    check_every: float = 10.0
    one_shot: bool = False
    sockets: tuple[Path, ...] = ()
    metrics: MetricsSource | None = None
    stand_in: "Component | None" = None
    takes_over: Callable[[], Awaitable[bool]] = always
