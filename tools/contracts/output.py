"""Putting generated files where they belong, without touching the ones that haven't changed."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch(beside: Path) -> Iterator[Path]:
    """Yields an empty folder below `beside`, which is gone afterwards."""
    beside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=beside, prefix="scratch-") as folder:
        yield Path(folder)


def difference(made: Path, kept: Path) -> list[str]:
    """Returns one line for each file that `publish` would add, change or remove."""
    fresh, old = _files(made), _files(kept)
    changed = [path for path in fresh.keys() & old.keys() if fresh[path] != old[path]]
    lines = [
        ("missing", fresh.keys() - old.keys()),
        ("stale", changed),
        ("superfluous", old.keys() - fresh.keys()),
    ]
    return sorted(f"{path}: {word}" for word, paths in lines for path in paths)


def publish(made: Path, kept: Path) -> None:
    """Makes the tree `kept` equal to the tree `made`.

    Unchanged files stay as they are, and each changed one is replaced at once, so that a program running
    meanwhile never sees half of it.
    """
    fresh, old = _files(made), _files(kept)
    for path, content in fresh.items():
        if old.get(path) != content:
            (kept / path).parent.mkdir(parents=True, exist_ok=True)
            (made / path).replace(kept / path)
    for path in old.keys() - fresh.keys():
        (kept / path).unlink()


def _files(root: Path) -> dict[str, bytes]:
    paths = (path for path in sorted(root.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
