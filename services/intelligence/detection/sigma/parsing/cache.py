"""Keeps compiled rules on disk, each under the hash of all that it was compiled from."""

import hashlib
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile

from services.intelligence.detection.sigma.expressions import Rule
from services.intelligence.detection.sigma.parsing import codec

FORMAT = "1"
"""Of the compiled form; a change of it or of a converter makes old entries unreachable."""
_MADE_BY = ("pysigma", "pysigma-pipeline-sysmon", "pysigma-pipeline-windows", "google-re2")


class RuleCache:
    """A folder of compiled rules. What can't be read counts as absent: it is compiled again and written over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._versions = [FORMAT, *map(version, _MADE_BY)]

    def key(self, parts: Iterable[str]) -> str:
        """The name of what is compiled from these texts by these versions."""
        digest = hashlib.sha256()
        for part in (*self._versions, *parts):
            encoded = part.encode("utf-8", "surrogatepass")
            digest.update(len(encoded).to_bytes(8, "big") + encoded)
        return digest.hexdigest()

    def get(self, key: str) -> list[Rule] | None:
        """What is kept under a key."""
        try:
            return codec.decode(self._file(key).read_bytes())
        except (OSError, ValueError):
            return None

    def put(self, key: str, rules: Sequence[Rule]) -> None:
        """Keep the rules of a file; readers see all of it or nothing."""
        file = self._file(key)
        file.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=file.parent, delete=False) as temporary:
            temporary.write(codec.encode(rules))
        Path(temporary.name).replace(file)

    def _file(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key[2:]}.json"
