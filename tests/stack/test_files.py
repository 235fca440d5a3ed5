"""Secrets and logs on disk."""

import stat
from pathlib import Path

from stack.log_file import LogFile
from stack.secret_files import new_secret, read_or_create, write_secret


def test_a_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "one"
    first = read_or_create(path)
    assert read_or_create(path) == first
    assert len(first) >= 43
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert new_secret() != new_secret()


def test_a_secret_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_text("open to all")
    path.chmod(0o644)
    write_secret(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_log_is_bounded_and_keeps_the_newest(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "a.log", maximum_bytes=1000)
    for number in range(500):
        log.write(f"line {number}\n".encode())
    assert log.tail(2) == "line 498\nline 499"
    log.close()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 2100
    again = LogFile(tmp_path / "a.log", maximum_bytes=1000)
    assert again.tail(1) == "line 499"
    again.close()
