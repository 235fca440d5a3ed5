"""What a child process gives up before it meets a target, and how its session is counted from outside."""

import ctypes
import math
import os
import resource
import shutil
import signal
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

from services.executors import landlock
from services.executors.domain import Limits

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CAPABILITY_VERSION = 0x20080522
_OPEN_FILES = 1024
_PAGE = resource.getpagesize()
_CODE = Path(__file__).parent
# Programs and libraries, resolvers and certificates, and what a process may know of itself: /proc shows nothing of
# processes outside to one that Landlock holds.
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/proc", "/sys/devices/system")
# Of /etc what is in it for everybody: names, libraries, certificates; never passwords and hosts' keys.
_ETC = (
    "hosts", "resolv.conf", "nsswitch.conf", "host.conf", "gai.conf", "services", "protocols", "passwd", "group",
    "localtime", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "ssl/certs", "ssl/openssl.cnf", "pki/tls",
    "pki/ca-trust", "ca-certificates", "crypto-policies",
)  # fmt: skip
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


def confine(limits: Limits) -> None:
    """Bound this process and those it starts: memory, processor time, files; nothing written, no cores.

    Files are those of the system and of its own code, where the kernel has Landlock: whoever takes over an executor
    finds neither the platform's secrets nor its state, nor any rights that root has. RLIMIT_DATA rather than RLIMIT_AS:
    an allocator reserves far more addresses than it ever writes to.
    """
    if landlock.restrict(_readable(), map(Path, _DEVICES)):
        _drop_capabilities()
    seconds = math.ceil(limits.seconds) + 1
    for kind, most in (
        (resource.RLIMIT_DATA, limits.memory_bytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (bound, bound))


def _drop_capabilities() -> None:
    """Give up all capabilities, with which root looks into other processes all the same (capset(2))."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, none = struct.pack("Ii", _CAPABILITY_VERSION, 0), bytes(24)
    if libc.capset(header, none) != 0:
        raise OSError(ctypes.get_errno(), "the kernel keeps our capabilities")


def _readable() -> set[Path]:
    """Return the system's folders, and those that code comes from: never the project's, which has its state in it."""
    found = {Path(folder) for folder in (*_SYSTEM, sys.prefix, sys.base_prefix)} | {_CODE}
    # Which name servers there are is often said outside of /etc, behind a link.
    found |= {Path("/etc", name).resolve() for name in _ETC}
    found |= {Path(entry) for entry in sys.path if entry and not _CODE.is_relative_to(Path(entry).resolve())}
    if program := shutil.which("nmap"):
        found.add(Path(program).resolve().parent)
    return found


def die_with(parent: int) -> None:
    """Have the kernel kill this process when `parent` (a process id) ends, and refuse it new privileges.

    Linux only (prctl(2)); elsewhere it does nothing. Exits at once when `parent` is gone already.
    """
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


@dataclass(frozen=True)
class Census:
    """The living processes of one session, and their resident memory together in bytes."""

    processes: tuple[int, ...]
    resident_bytes: int


def census(session: int) -> Census:
    """Count the processes of `session` from /proc; empty where there is no /proc (proc_pid_stat(5))."""
    found: list[int] = []
    resident = 0
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        state, _, _, owner, *rest = stat.rpartition(")")[2].split()
        if int(owner) == session and state not in "ZX":
            found.append(int(entry.name))
            resident += int(rest[17]) * _PAGE
    return Census(tuple(found), resident)


def kill_group(group: int) -> None:
    """Kill every process of a group; none left is fine."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
