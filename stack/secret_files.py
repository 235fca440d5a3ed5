"""Secrets on disk: generated once, mode 0600, in a folder of mode 0700."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def new_secret() -> str:
    """43 characters, 256 random bits, safe inside URLs and configuration files."""
    return secrets.token_urlsafe(32)


def write_secret(path: Path, value: str) -> None:
    """Replace the file at ``path`` whole, readable by its owner only, and on disk before this returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_or_create(path: Path, make: Callable[[], str] = new_secret) -> str:
    """The secret at ``path``; if there is none yet, one from ``make``, kept there."""
    if not path.exists():
        write_secret(path, make())
    return path.read_text(encoding="utf-8")
