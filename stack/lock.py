"""One stack per home: a lock that ends with its holder, and what a killed stack left running."""

import contextlib
import fcntl
import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

from stack.errors import StackError
from stack.polling import until
from stack.status import ComponentStatus

_LOCK = "lock"


@contextlib.contextmanager
def hold(home: Path) -> Iterator[None]:
    """Hold the lock of ``home`` while inside; the system lets go of it if this process dies.

    Raises:
        StackError: another stack runs there.
    """
    with (home / _LOCK).open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = holder(home) or "unknown"
            raise StackError(
                f"A stack is already running in {home} (pid {pid}): stop it with `python -m stack down`, "
                "or set XORB_HOME to another folder."
            ) from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield


def holder(home: Path) -> int | None:
    """The process id of the stack running in ``home``, None if none does."""
    try:
        with (home / _LOCK).open("r+", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read() or 0) or None
    except FileNotFoundError:
        pass
    return None


async def end_leftovers(statuses: Sequence[ComponentStatus], seconds: float = 8.0) -> list[str]:
    """End what a killed stack left running, given its last status; the names of those that had to be killed.

    The kernel has already asked them to end (see ``execute.py``); they get ``seconds`` for it.
    """
    with contextlib.suppress(TimeoutError):
        await until(lambda: _all_gone(statuses), seconds)
    killed = []
    for status in statuses:
        if status.pid is not None and status.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(status.pid, signal.SIGKILL)
            killed.append(status.name)
    return killed


async def _all_gone(statuses: Sequence[ComponentStatus]) -> bool:
    return not any(status.alive for status in statuses)
