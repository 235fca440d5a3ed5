"""Let one more user pass through a folder, and nobody else: a POSIX access control list on Linux.

The list is an extended attribute: version 2, then entries of tag, permissions and id, little-endian
(``linux/posix_acl_xattr.h``; what each tag means is in acl(5)).
"""

import errno
import os
import stat
import struct
from pathlib import Path

_ATTRIBUTE = "system.posix_acl_access"
_VERSION = struct.pack("<I", 2)
_ENTRY = struct.Struct("<HHI")
_NOBODY = 0xFFFFFFFF
_OWNER, _USER, _GROUP_OWNER, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_EXECUTE = 1
_GROUP_CLASS = {_USER, _GROUP_OWNER, _GROUP}

Entries = dict[tuple[int, int], int]
"""Permissions (bits of rwx) by tag and id."""


def let_through(folder: Path, uid: int) -> None:
    """Let user ``uid`` pass through ``folder``; where there are no such lists, everybody, but nobody may list it.

    Raises:
        PermissionError: the folder is not ours.
    """
    mode = folder.stat().st_mode
    if mode & stat.S_IXOTH or folder.stat().st_uid == uid:
        return
    try:
        entries = with_user(_read(folder, mode), uid)
        os.setxattr(folder, _ATTRIBUTE, pack(entries))
    except (OSError, AttributeError) as error:
        if isinstance(error, OSError) and error.errno != errno.ENOTSUP:
            raise
        folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def with_user(entries: Entries, uid: int) -> Entries:
    """``entries`` and the right to pass for ``uid``; the mask grants what some entry of its class does."""
    changed = dict(entries)
    changed[_USER, uid] = changed.get((_USER, uid), 0) | _EXECUTE
    granted = 0
    for (tag, _), permissions in changed.items():
        granted |= permissions if tag in _GROUP_CLASS else 0
    before = entries.get((_MASK, _NOBODY))
    changed[_MASK, _NOBODY] = granted if before is None else before | _EXECUTE
    return changed


def pack(entries: Entries) -> bytes:
    """The attribute's value; the kernel wants tags in ascending order."""
    return _VERSION + b"".join(_ENTRY.pack(tag, perms, who) for (tag, who), perms in sorted(entries.items()))


def unpack(value: bytes) -> Entries:
    """The entries of an attribute's value."""
    return {(tag, who): permissions for tag, permissions, who in _ENTRY.iter_unpack(value[len(_VERSION) :])}


def of_mode(mode: int) -> Entries:
    """The entries that plain permission bits stand for."""
    return {
        (_OWNER, _NOBODY): mode >> 6 & 7,
        (_GROUP_OWNER, _NOBODY): mode >> 3 & 7,
        (_OTHER, _NOBODY): mode & 7,
    }


def _read(folder: Path, mode: int) -> Entries:
    try:
        return unpack(os.getxattr(folder, _ATTRIBUTE))
    except OSError as error:
        if error.errno != errno.ENODATA:
            raise
        return of_mode(mode)
