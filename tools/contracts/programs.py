"""Running the generators and buf, which are programs of their own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


class GenerationError(Exception):
    """A contract can't be compiled; the text is the program's own."""


def run(command: Sequence[str], folder: Path) -> None:
    """Runs a program in a folder; what it has to say is heard only when it fails.

    Raises:
        GenerationError: The program failed.
    """
    result = finished(command, folder)
    if result.returncode:
        raise GenerationError(result.stderr or result.stdout)


def finished(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a program in a folder and returns how it ended.

    The programs that are installed beside the interpreter come first on its PATH, whatever the caller's is.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return subprocess.run(  # noqa: S603 - every caller's command is fixed
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
