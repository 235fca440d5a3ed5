"""The published rules and the events that were judged by three engines, where they are beside the project."""

import gzip
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

from services.intelligence.detection.sigma.parsing.collection import File
from stack.settings import project_root

DATA = project_root().parent / "shared/data/sigma"

Pair = tuple[int, str]


def rule_files() -> list[File]:
    """Every published rule; none where the data isn't there."""
    return list(_files()) if DATA.is_dir() else []


def _files() -> Iterator[File]:
    with tarfile.open(DATA / "rules.tar.gz") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.name.endswith(".yml") else None
            if content is not None:
                yield member.name, content.read().decode()


def lines(name: str) -> list[bytes]:
    """The lines of a compressed file of the data."""
    return gzip.decompress(Path(DATA / name).read_bytes()).splitlines() if DATA.is_dir() else []


def expected(name: str) -> tuple[set[Pair], set[Pair]]:
    """Pairs of event and rule: those accepted, and those on which the engines disagree."""
    rows = [json.loads(line) for line in lines(f"{name}.expected.jsonl.gz")]
    pairs = {
        verdict: {(row["eid"], row["rule_id"]) for row in rows if row["accepted"] is verdict}
        for verdict in (True, False)
    }
    return pairs[True], pairs[False]
