"""Limits come from the environment, or not at all."""

import pytest

from gateway.bridge import limits


def test_defaults() -> None:
    assert limits.read({}) == limits.Limits()


def test_values() -> None:
    read = limits.read({"XORB_BRIDGE_SOCKETS": "7", "XORB_BRIDGE_STALL_SECONDS": "1.5"})
    assert (read.sockets, read.stall_seconds, read.frame_bytes) == (7, 1.5, 64 * 1024)


@pytest.mark.parametrize("text", ["", "x", "0", "-1", "1.5", "nan"])
def test_bad_values_name_the_setting(text: str) -> None:
    with pytest.raises(limits.LimitError, match="XORB_BRIDGE_SOCKETS"):
        limits.read({"XORB_BRIDGE_SOCKETS": text})
