"""Ends a run of the tests that hangs, and says where it hangs.

pytest-timeout interrupts a test once, and by an exception: a fixture that waits for ever while it is being taken down,
or a task that swallows the exception, would go on until the machine is taken away, and nobody would learn why.
"""

import asyncio
import faulthandler
import os
import sys
import threading
import time
from collections.abc import Generator
from typing import TextIO

import pytest

_GRACE_SECONDS = 60.0
_LOOK_SECONDS = 2.0


class Watchdog:
    """Looks after the test that runs now; one a minute over its time limit ends the whole run.

    Args:
        config: Of the run; says how long a test may take.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._running: tuple[str, float] | None = None
        self._limit = float(config.getini("timeout") or 0)
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Takes the time of a test with all its fixtures."""
        marker = item.get_closest_marker("timeout")
        limit = float(marker.args[0]) if marker else self._limit
        self._running = (item.nodeid, time.monotonic() + limit + _GRACE_SECONDS) if limit else None
        try:
            return (yield)
        finally:
            self._running = None

    def _watch(self) -> None:
        while True:
            time.sleep(_LOOK_SECONDS)
            running = self._running
            if running is not None and time.monotonic() > running[1]:
                self._end(running[0])

    def _end(self, name: str) -> None:
        capture = self._config.pluginmanager.getplugin("capturemanager")
        if capture is not None:
            capture.suspend_global_capture(in_=True)
        describe(name, sys.__stderr__ or sys.stderr)
        os._exit(pytest.ExitCode.INTERNAL_ERROR)


def describe(name: str, output: TextIO) -> None:
    """Writes where a test hangs: what every asynchronous task waits for, and every thread."""
    print(f"\n{name} hangs, and the run ends here.", file=output)
    for task in _tasks():
        print(f"\n{task.get_name()}, asked {task.cancelling()} times to end:", file=output)
        task.print_stack(file=output)
    print(file=output, flush=True)
    faulthandler.dump_traceback(output)
    output.flush()


def _tasks() -> list["asyncio.Task[object]"]:
    # `asyncio.all_tasks` wants a loop, and which one it is only its own thread knows.
    return [task for task in list(asyncio.tasks._all_tasks) if not task.done()]  # type: ignore[attr-defined]  # no public way over all loops
