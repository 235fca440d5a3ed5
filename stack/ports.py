"""Are the ports free that the stack is about to take?"""

import contextlib
import errno
import socket
from collections.abc import Iterable, Sequence

import psutil

from stack.errors import StackError
from stack.settings import Port


def problems(ports: Iterable[Port]) -> list[str]:
    """One sentence for each of ``ports`` that cannot be taken on 127.0.0.1 or that two settings share."""
    found, seen = [], dict[int, str]()
    for port in ports:
        if port.number in seen:
            found.append(f"Port {port.number} is given to both {seen[port.number]} and {port.setting}: change one.")
        elif reason := _refusal(port.number):
            found.append(f"Port {port.number} {reason}: set {port.setting} to another port.")
        seen.setdefault(port.number, port.setting)
    return found


def check(ports: Sequence[Port]) -> None:
    """Make sure that all ``ports`` can be taken.

    Raises:
        StackError: some cannot; one line each, with the setting to change.
    """
    if found := problems(ports):
        raise StackError("\n".join(found))


def free_ports(count: int) -> list[int]:
    """``count`` different ports that were free a moment ago, for tests."""
    with contextlib.ExitStack() as sockets:
        held = [sockets.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) for _ in range(count)]
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in held]


def _refusal(number: int) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"is in use{_user_of(number)}"
            return f"cannot be taken ({error.strerror})"
    return ""


def _user_of(number: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == number and connection.status == psutil.CONN_LISTEN:
                return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})" if connection.pid else ""
    except psutil.Error:
        return ""
    return ""
