"""Rule files from wherever people have them."""

import zipfile
from pathlib import Path

import pytest

from cli import rule_files
from cli.errors import CliError


def test_a_folder_gives_its_rules_and_nothing_hidden_or_linked(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yml"
    outside.write_text("o: 1")
    place = tmp_path / "checkout"
    for name in ("b/two.yaml", "a.yml", ".git/x.yml", "c/.hidden.yml", "README.md"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(name)
    (place / "link.yml").symlink_to(outside)
    assert list(rule_files.read(place)) == [("a.yml", "a.yml"), ("b/two.yaml", "b/two.yaml")]


def test_a_file_is_itself(tmp_path: Path) -> None:
    file = tmp_path / "one.yml"
    file.write_text("title: ä")
    assert list(rule_files.read(file)) == [("one.yml", "title: ä")]


def test_a_zip_is_read_as_it_is(tmp_path: Path) -> None:
    archive = tmp_path / "rules.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("../one.yml", "a: 1")
        made.writestr("notes.txt", "x")
    assert list(rule_files.read(archive)) == [("../one.yml", "a: 1")]


def test_what_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "rules.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("bomb.yml", "a" * (1 << 24))
    with pytest.raises(CliError, match=r"bomb\.yml is larger"):
        list(rule_files.read(archive))


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_what_can_not_be_read_is_said(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "one.yml"
    if content:
        file.write_bytes(content)
    with pytest.raises(CliError, match="Can't read"):
        list(rule_files.read(file))


def test_batches_fit_into_requests() -> None:
    files = [(str(number), "a" * 1000) for number in range(1200)] + [("large", "a" * (1 << 21)), ("last", "a")]
    batches = list(rule_files.batches(files))
    assert [file for batch in batches for file in batch] == files
    assert [len(batch) for batch in batches] == [500, 500, 200, 1, 1]
