"""`python -m tools.contracts.breaking`: refuses changes of the contracts that break who relies on them.

The contracts are compared with those of the commit where this branch left the main one; on the main branch itself,
with those of the commit before.
"""

import io
import sys
import tarfile
from pathlib import Path

from tools.contracts.descriptors import BUILD, PROTO, ROOT, compiled
from tools.contracts.output import scratch
from tools.contracts.programs import GenerationError, finished

_MAIN = "origin/main"


def main() -> int:
    """Compares and prints what breaks; returns the process's exit code."""
    base = base_of(ROOT)
    if base is None:
        sys.stdout.write("contracts: no earlier commit to compare with\n")
        return 0
    with scratch(BUILD) as folder:
        if not extract(ROOT, base, folder):
            sys.stdout.write(f"contracts: commit {base[:12]} has none to compare with\n")
            return 0
        try:
            found = breaches(PROTO, folder / "proto")
        except GenerationError as error:
            found = str(error)
    sys.stderr.write(found)
    return 1 if found else 0


def base_of(repository: Path) -> str | None:
    """Returns the commit to compare with; None where there is no history or no repository."""
    head = _git(repository, "rev-parse", "--verify", "--quiet", "HEAD")
    left = _git(repository, "merge-base", "HEAD", _MAIN)
    if left and left != head:
        return left
    return _git(repository, "rev-parse", "--verify", "--quiet", "HEAD^") or None


def extract(repository: Path, commit: str, folder: Path) -> bool:
    """Writes the commit's `proto/` into a folder; returns whether it has one."""
    if not _git(repository, "ls-tree", commit, "--", "proto"):
        return False
    archive = folder / "proto.tar"
    _git(repository, "archive", f"--output={archive}", commit, "proto")
    with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as opened:
        opened.extractall(folder, filter="data")
    return True


def breaches(now: Path, before: Path) -> str:
    """Returns buf's account of what breaks between two folders of contracts, empty where nothing does.

    Raises:
        GenerationError: One of them doesn't compile.
    """
    with scratch(BUILD) as folder:
        images = [folder / "now.binpb", folder / "before.binpb"]
        for image, proto in zip(images, (now, before), strict=True):
            image.write_bytes(compiled(proto).SerializeToString(deterministic=True))
        command = ["buf", "breaking", str(images[0]), "--against", str(images[1]), "--config", str(ROOT / "buf.yaml")]
        result = finished(command, folder)
    return result.stdout + result.stderr if result.returncode else ""


def _git(repository: Path, *arguments: str) -> str:
    """Returns what git prints, empty where it fails."""
    result = finished(["git", *arguments], repository)
    return result.stdout.strip() if result.returncode == 0 else ""


if __name__ == "__main__":
    sys.exit(main())
