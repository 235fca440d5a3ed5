"""Ports are checked before anything starts."""

import socket

import pytest

from stack.errors import StackError
from stack.ports import check, free_ports, problems
from stack.settings import Port


def test_a_port_in_use_is_named_with_its_setting_and_its_user() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        with pytest.raises(StackError, match=f"Port {number} is in use by .*: set XORB_VAULT_PORT to another port"):
            check([Port("XORB_VAULT_PORT", number)])


def test_all_problems_are_told_at_once() -> None:
    (free,) = free_ports(1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        ports = [Port("XORB_A_PORT", taken), Port("XORB_B_PORT", free), Port("XORB_C_PORT", free)]
        found = problems(ports)
    assert len(found) == 2
    assert "XORB_A_PORT" in found[0]
    assert "XORB_B_PORT" in found[1]
    assert "XORB_C_PORT" in found[1]


def test_free_ports_are_free_and_different() -> None:
    numbers = free_ports(8)
    assert len(set(numbers)) == 8
    check([Port(f"XORB_{number}_PORT", number) for number in numbers])
