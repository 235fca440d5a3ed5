"""One user more may pass through a folder, and no other."""

import os
import pwd
import stat
import subprocess
from pathlib import Path

import pytest

from stack.access_control_list import let_through, of_mode, pack, unpack, with_user

NOBODY = pwd.getpwnam("nobody")


def can_read(path: Path, uid: int) -> bool:
    command = ["cat", str(path)]
    return (
        subprocess.run(command, user=uid, group=uid, extra_groups=[], capture_output=True, check=False).returncode == 0
    )


def test_entries_survive_packing_and_a_mask_never_takes_away() -> None:
    entries = with_user(of_mode(0o750), 1234)
    assert unpack(pack(entries)) == entries
    assert sorted(entries.values()) == [0, 1, 5, 5, 7]
    assert with_user(entries, 1234) == entries


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_the_user_passes_and_nobody_else_does(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "open").mkdir(parents=True)
    file = closed / "open" / "file"
    file.write_text("text")
    for folder in (closed, *closed.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            let_through(folder, NOBODY.pw_uid)
    closed.chmod(0o700)
    assert not can_read(file, NOBODY.pw_uid)
    let_through(closed, NOBODY.pw_uid)
    assert can_read(file, NOBODY.pw_uid)
    assert not can_read(file, 54321)
    assert closed.stat().st_mode & 0o007 == 0
    listed = subprocess.run(["ls", str(closed)], user=NOBODY.pw_uid, extra_groups=[], capture_output=True, check=False)
    assert listed.returncode != 0
