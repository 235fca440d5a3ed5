"""Start a program that cannot outlive the supervisor: ``execute.py PARENT SIGNAL USER PROGRAM ARGUMENTS``.

Run by path with ``python -I -S``, not imported: it becomes the program. On Linux the kernel sends it SIGNAL
when its parent dies in whatever way (``PR_SET_PDEATHSIG``, prctl(2)). The user is changed here and not by the
supervisor, because a change of user clears that setting and because the user may not be able to reach the
interpreter.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1
"""``linux/prctl.h``."""


def become(user: str) -> None:
    """Give up root for ``user``, with its group and no other."""
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def die_with_parent(parent: int, signal_number: int) -> None:
    """Have the kernel send ``signal_number`` to us when ``parent`` is gone; end at once if it already is."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def main(arguments: list[str]) -> None:
    """Become the program that ``arguments`` name."""
    parent, signal_number, user, *command = arguments
    if user:
        become(user)
    die_with_parent(int(parent), int(signal_number))
    os.execv(command[0], command)  # noqa: S606 - the supervisor's own command line, no shell


if __name__ == "__main__":
    main(sys.argv[1:])
