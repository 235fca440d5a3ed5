"""Unix sockets of the mesh's processes."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OWNER_ONLY = 0o177


def remove(path: Path) -> None:
    """Removes the socket that a killed process left; binding to its path would fail."""
    path.unlink(missing_ok=True)


@contextmanager
def owner_only() -> Iterator[None]:
    """Gives what is bound meanwhile mode 0600, from its first moment on; don't wait for anything inside."""
    before = os.umask(_OWNER_ONLY)
    try:
        yield
    finally:
        os.umask(before)


def bind(path: Path) -> socket.socket:
    """Returns a socket bound to the path in place of what was there, which only its owner may connect to.

    Raises:
        OSError: The socket can't be opened.
    """
    remove(path)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with owner_only():
            bound.bind(str(path))
    except OSError:
        bound.close()
        raise
    return bound
