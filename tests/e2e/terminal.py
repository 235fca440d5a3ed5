"""Command lines of people, against the running platform."""

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from cli.__main__ import main
from tests.e2e.members import Json
from tests.e2e.platform import Platform

Run = Callable[..., Awaitable[str]]
"""Runs a command line of somebody, given by a word, and gives what it prints; fails where it ends with another code."""


def terminal(
    platform: Platform, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Returns what runs command lines; whoever calls keeps what they keep in a folder of their own."""
    monkeypatch.setenv("XORB_SERVER", f"http://{platform.address}")
    monkeypatch.setenv("COLUMNS", "200")

    async def run(who: str, *words: str, code: int = 0, stdin: str = "") -> str:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / who))
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        ended = await asyncio.to_thread(main, list(words))
        printed = capsys.readouterr()
        assert ended == code, printed.err
        return printed.out if ended == 0 else printed.err

    return run


async def sign_in(xorb: Run, who: str, credentials: Json, *more: str) -> None:
    """Signs somebody in."""
    line = ("login", "--email", credentials["email"], "--password-stdin", *more)
    await xorb(who, *line, stdin=f"{credentials['password']}\n")
