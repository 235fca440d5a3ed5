"""What the process that renders gives up before it reads anything.

Files: it sees those of Python's packages, libraries and fonts, and writes none (Landlock). Network: no socket can be
made (seccomp(2)). Memory, processor time: limits. Where the kernel lacks one of the first two, rendering is refused.
"""

import ctypes
import math
import os
import platform
import resource
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

from services.executors import landlock

# What libraries load late: fonts, shared objects, locales. Nothing of /etc, of /proc or of the project's state.
_READABLE = ("/usr/share/fonts", "/usr/share/zoneinfo", "/usr/lib", "/lib", "/lib64")
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER = 38, 22, 2
# Offsets in struct seccomp_data, and classic BPF (linux/filter.h, linux/seccomp.h).
_NUMBER, _ARCHITECTURE = 0, 4
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | 13, 0x80000000
# AUDIT_ARCH_*, and the calls that reach others: socket, socketpair, connect, io_uring_setup, execve, execveat, ptrace.
_MACHINES = {
    "x86_64": (0xC000003E, (41, 53, 42, 425, 59, 322, 101)),
    "aarch64": (0xC00000B7, (198, 199, 203, 425, 221, 281, 117)),
}
_X32 = 0x40000000


@dataclass(frozen=True, slots=True)
class Limits:
    """What a rendering may use: bytes of memory, seconds of processor time, and seconds by the clock."""

    memory: int = 1536 * 1024 * 1024
    processor_seconds: float = 300.0
    seconds: float = 600.0


class ConfinementError(Exception):
    """The kernel can't confine a rendering as it has to be."""


def confine(limits: Limits) -> None:
    """Gives up files, network and more memory and time than the limits, for good.

    Raises:
        ConfinementError: The kernel can't.
    """
    for kind, most in (
        (resource.RLIMIT_DATA, limits.memory),
        (resource.RLIMIT_CPU, math.ceil(limits.processor_seconds)),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (bound, bound))
    readable = (
        {Path(folder) for folder in (*_READABLE, sys.base_prefix)}
        | {Path(os.__file__).parent}
        | {Path(entry) for entry in sys.path if entry.endswith("-packages")}
    )
    # /usr and the like as a prefix would let everything in below it.
    readable -= {Path("/"), Path("/usr"), Path("/usr/local")}
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or not landlock.restrict(readable, []):
        raise ConfinementError("the kernel has no Landlock")
    _without_network(libc)


def _without_network(libc: ctypes.CDLL) -> None:
    if platform.machine() not in _MACHINES:
        raise ConfinementError(f"system calls of {platform.machine()} aren't known")
    architecture, refused = _MACHINES[platform.machine()]
    program = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_JUMP_IF_EQUAL, architecture, yes=1),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
        _step(_JUMP_IF_AT_LEAST, _X32, no=1),
        _step(_RETURN, _KILL),
        *(step for call in refused for step in (_step(_JUMP_IF_EQUAL, call, no=1), _step(_RETURN, _REFUSE))),
        _step(_RETURN, _ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(program))
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code)))
    if libc.prctl(_PR_SET_SECCOMP, _FILTER, head, 0, 0) != 0:
        raise ConfinementError(f"the kernel refuses a filter of system calls: {os.strerror(ctypes.get_errno())}")


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)
