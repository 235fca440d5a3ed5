"""System calls that a process gives up for good: seccomp (seccomp(2), linux/seccomp.h), which needs no rights.

For a process that reads and writes what it has open and nothing else: it can't open a socket, start a program or a
thread, or look into another process, even when somebody else's code has taken it over.
"""

import ctypes
import errno
import platform
import struct
import sys
from types import MappingProxyType

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_LOAD, _EQUALS, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # linux/bpf_common.h
_NUMBER, _ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_X32 = 0x40000000

# By architecture (linux/audit.h): the calls' numbers (asm/unistd_64.h, asm-generic/unistd.h).
# socket, connect, socketpair, clone, fork, vfork, execve, kill, ptrace, unshare, process_vm_readv and writev, bpf,
# execveat, io_uring_setup, clone3, pidfd_getfd
_DENIED = MappingProxyType(
    {
        "x86_64": (0xC000003E, (41, 42, 53, 56, 57, 58, 59, 62, 101, 272, 310, 311, 321, 322, 425, 435, 438)),
        "aarch64": (0xC00000B7, (198, 203, 199, 220, 221, 129, 117, 97, 270, 271, 280, 281, 425, 435, 438)),
    }
)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def restrict() -> bool:
    """Give up networks, programs, threads and other processes, for this thread; return whether the kernel can.

    What is tried all the same fails with EPERM.
    """
    known = _DENIED.get(platform.machine())
    if known is None or not sys.platform.startswith("linux"):
        return False
    code = _program(*known)
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return int(libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0)) == 0


def _program(architecture: int, denied: tuple[int, ...]) -> bytes:
    """Return the filter: numbers of another architecture or ABI fail, and so do those that are denied."""
    last = len(denied) + 4
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUALS, 0, last - 1, architecture),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, last - 3, 0, _X32),
        *((_EQUALS, last - 4 - place, 0, number) for place, number in enumerate(denied)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _FAIL | errno.EPERM),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
