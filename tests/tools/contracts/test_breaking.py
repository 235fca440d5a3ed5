"""Breaking changes are found, harmless ones aren't, and the commit to compare with is the right one."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.contracts.breaking import base_of, breaches, extract
from tools.contracts.descriptors import PROTO

_TARGET = "xorb/core/v1/target.proto"
Edit = Callable[[str], str]


def _edited(folder: Path, edit: Edit) -> Path:
    shutil.copytree(PROTO, folder / "proto")
    path = folder / "proto" / _TARGET
    changed = edit(path.read_text())
    assert changed != path.read_text()
    path.write_text(changed)
    return folder / "proto"


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (lambda text: text.replace("string etag = 14", "string entity_tag = 14"), "entity_tag"),
        (lambda text: text.replace("rpc GetTarget(", "rpc FetchTarget("), "GetTarget"),
        (lambda text: text.replace("string etag = 14", "bytes etag = 14"), "etag"),
    ],
    ids=["field renamed", "method removed", "type changed"],
)
def test_a_breaking_change_is_found(tmp_path: Path, edit: Edit, named: str) -> None:
    found = breaches(_edited(tmp_path, edit), PROTO)
    assert named in found
    assert "target.proto" in found


def test_an_addition_breaks_nothing(tmp_path: Path) -> None:
    with_nickname = "  // Another name.\n  string nickname = 99 [(google.api.field_behavior) = OPTIONAL];\n"
    edited = _edited(tmp_path, lambda text: text.replace("message Target {\n", "message Target {\n" + with_nickname))
    assert breaches(edited, PROTO) == ""


def test_the_base_is_where_the_branch_left_main_or_the_commit_before(tmp_path: Path) -> None:
    upstream, clone = tmp_path / "upstream", tmp_path / "clone"
    _git(tmp_path, "init", "--quiet", "--initial-branch=main", str(upstream))
    assert base_of(upstream) is None
    first = _commit(upstream, "one")
    assert base_of(upstream) is None
    second = _commit(upstream, "two")
    assert base_of(upstream) == first
    _git(tmp_path, "clone", "--quiet", str(upstream), str(clone))
    assert base_of(clone) == first
    _commit(clone, "three")
    _commit(clone, "four")
    assert base_of(clone) == second
    assert base_of(tmp_path) is None


def test_contracts_of_a_commit_are_extracted(tmp_path: Path) -> None:
    repository, folder = tmp_path / "repository", tmp_path / "folder"
    folder.mkdir()
    _git(tmp_path, "init", "--quiet", str(repository))
    bare = _commit(repository, "readme")
    full = _commit(repository, "proto/one.proto")
    assert not extract(repository, bare, folder)
    assert extract(repository, full, folder)
    assert (folder / "proto" / "one.proto").read_text() == "proto/one.proto"


def _commit(repository: Path, name: str) -> str:
    (repository / name).parent.mkdir(exist_ok=True)
    (repository / name).write_text(name)
    _git(repository, "add", name)
    _git(repository, "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "-m", name)
    return _git(repository, "rev-parse", "HEAD")


def _git(folder: Path, *arguments: str) -> str:
    result = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True, timeout=30)
    return result.stdout.strip()
