"""The child process: one executor, one task from standard input, its findings as lines on standard output.

Started by the runner as `python -m services.executors NAME PARENT`, PARENT the process id to die with.
"""

import asyncio
import sys
from typing import NoReturn

from services.executors import codec, sandbox
from services.executors.domain import ExecutorError, Reason
from services.executors.registry import find
from services.executors.reporting import LineReporter


def main(name: str, parent: str) -> NoReturn:
    """Run executor `name` on the task that standard input holds; exit 0 if it ended as it should."""
    sandbox.die_with(int(parent))
    task = codec.decode_task(sys.stdin.buffer.readline())
    reporter = LineReporter(sys.stdout.buffer, task.checks)
    try:
        executor = find(name)
        sandbox.confine(task.limits)
        asyncio.run(executor.run(task, reporter))
    except* ExecutorError as group:
        for error in _leaves(group):
            reporter.error(error.reason, str(error))
    except* MemoryError:
        reporter.error(Reason.MEMORY_LIMIT, "the executor ran out of memory")
    reporter.end()
    sys.exit(0)


def _leaves(group: BaseExceptionGroup[ExecutorError]) -> list[ExecutorError]:
    """Flatten what failed at once in several tasks."""
    found: list[ExecutorError] = []
    for error in group.exceptions:
        found.extend(_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
