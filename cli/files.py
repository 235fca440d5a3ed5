"""Files that commands write: what they hold tells how to break in, so that they are their owner's only."""

import os
from pathlib import Path

from cli.errors import CliError


def save(file: Path, content: bytes) -> None:
    """Writes a file with mode 0600; one that exists keeps its own mode.

    Raises:
        CliError: It can't be written.
    """
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
            opened.write(content)
    except OSError as error:
        raise CliError(f"Can't write {file}: {error.strerror}") from error
