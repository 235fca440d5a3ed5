"""The environment a component's process is given."""

import os
from pathlib import Path

from stack.settings import StackSettings

_INHERITED = ("PATH", "HOME", "TMPDIR", "TZ", "LD_LIBRARY_PATH")


def plain_environment(settings: StackSettings) -> dict[str, str]:
    """For servers that are not ours: the little a program needs, none of our settings."""
    inherited = {name: settings.environment[name] for name in _INHERITED if name in settings.environment}
    return {"PATH": os.defpath, **inherited, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def make_directory(path: Path, mode: int = 0o700) -> Path:
    """Make sure the folder ``path`` is there with ``mode``; parents keep the mode they have."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    return path
