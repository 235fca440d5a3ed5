"""Files that a process gives up for good: Landlock (landlock(7), linux/landlock.h), which needs no rights.

It also keeps the process from looking into others and, where the kernel can, from signalling them.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIRECTORY = 1 << 0, 1 << 1, 1 << 2, 1 << 3
# Versions 1, 2 and 3 know that many kinds of access to files; later ones add ioctl, which is left alone.
_KINDS = {1: 13, 2: 14, 3: 15}
_SCOPES_SINCE = 6
_SCOPES = 0b11  # abstract Unix sockets and signals of processes outside


def version() -> int:
    """Return what the kernel can do, from 1 on; 0 where it has no Landlock."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, _call(_CREATE_RULESET, None, 0, _ASK_VERSION))


def restrict(readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """Give up every file but these, for this thread and all that it starts; return whether the kernel can.

    `readable` may be read, listed and executed with all below them, `writable` are single files that may be read and
    written. What doesn't exist is left out. Raises OSError where the kernel can and refuses.
    """
    can = version()
    if not can:
        return False
    attributes = struct.pack("QQQ", (1 << _KINDS[min(can, max(_KINDS))]) - 1, 0, _SCOPES)
    ruleset = _checked(_CREATE_RULESET, attributes, 24 if can >= _SCOPES_SINCE else 8, 0)
    try:
        for path in readable:
            _allow(ruleset, path, _READ_FILE | _EXECUTE | (_READ_DIRECTORY if path.is_dir() else 0))
        for path in writable:
            _allow(ruleset, path, _READ_FILE | _WRITE_FILE)
        _checked(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return True


def _allow(ruleset: int, path: Path, access: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        _checked(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", access, place), 0)
    finally:
        os.close(place)


def _checked(number: int, *arguments: int | bytes | None) -> int:
    result = _call(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), "Landlock refused")
    return result


def _call(number: int, *arguments: int | bytes | None) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.syscall(number, *arguments))
