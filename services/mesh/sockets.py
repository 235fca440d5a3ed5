"""Unix sockets of the mesh's processes."""

from pathlib import Path


def remove(socket: Path) -> None:
    """Removes the socket that a killed process left; binding to its path would fail."""
    socket.unlink(missing_ok=True)
