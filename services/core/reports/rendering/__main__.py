"""The process that renders: a format in its arguments, the report and its findings on standard input, the file out.

Its end says how it went: 0, or one of the codes below with a line for people on standard error.
"""

import sys
from collections.abc import Iterator
from typing import BinaryIO

from services.core.reports import formats
from services.core.reports.model import Finding, Report
from services.core.reports.rendering import codec
from services.core.reports.rendering.confinement import ConfinementError, Limits, confine
from services.executors import sandbox

REFUSED, UNCONFINED = 3, 4
_LONGEST = 1500


def main(name: str, memory: str, processor_seconds: str, parent: str) -> int:
    """Renders one report and returns the process's exit code."""
    renderer = formats.load(name)
    sandbox.die_with(int(parent))
    try:
        confine(Limits(int(memory), float(processor_seconds)))
    except ConfinementError as error:
        return _say(UNCONFINED, str(error))
    report = codec.decode(Report, sys.stdin.buffer.readline())
    try:
        renderer.write(report, _findings(sys.stdin.buffer), sys.stdout.buffer)
    except formats.RefusedError as error:
        return _say(REFUSED, str(error))
    except MemoryError:
        return _say(REFUSED, "the report needs more memory than it may; narrow its filter or leave the evidence out")
    sys.stdout.buffer.flush()
    return 0


def _findings(lines: BinaryIO) -> Iterator[Finding]:
    return (codec.decode(Finding, line) for line in lines)


def _say(code: int, text: str) -> int:
    sys.stderr.write(text[:_LONGEST])
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
