"""Generating again changes nothing, and `--check` names what isn't as the contracts say."""

from pathlib import Path

import pytest

from tools.contracts.__main__ import generate
from tools.contracts.descriptors import GEN
from tools.contracts.output import difference, publish


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("made")
    generate(output)
    return output


def test_generating_twice_gives_the_same(made: Path, tmp_path: Path) -> None:
    generate(tmp_path)
    assert difference(tmp_path, made) == []
    assert len(list(made.rglob("*"))) > 40


def test_what_is_committed_is_what_the_contracts_say(made: Path) -> None:
    assert difference(made, GEN) == []


def test_a_difference_is_named(tmp_path: Path) -> None:
    fresh, kept = _trees(tmp_path)
    assert difference(fresh, kept) == ["a/changed: stale", "a/new: missing", "b/old: superfluous"]


def test_publishing_leaves_no_difference_and_unchanged_files_alone(tmp_path: Path) -> None:
    fresh, kept = _trees(tmp_path)
    before = (kept / "a" / "same").stat()
    publish(fresh, kept)
    after = (kept / "a" / "same").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert sorted(path.name for path in kept.rglob("*") if path.is_file()) == ["changed", "new", "same"]
    assert (kept / "a" / "changed").read_text() == "2"


def _trees(folder: Path) -> tuple[Path, Path]:
    contents = {"fresh": {"a/same": "1", "a/changed": "2", "a/new": "3"}, "kept": {"a/same": "1", "a/changed": "1"}}
    contents["kept"]["b/old"] = "1"
    for tree, files in contents.items():
        for name, text in files.items():
            path = folder / tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return folder / "fresh", folder / "kept"
