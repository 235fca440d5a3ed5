"""Fixtures: a platform, and a command line that talks to it."""

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from xorb.core.v1 import organization_pb2

from cli.__main__ import main
from tests.cli.platform import EMAIL, ORGANIZATION, PASSWORD, Platform
from tests.cli.service import serving


@dataclass
class Result:
    code: int
    out: str
    err: str


class Xorb:
    """Runs command lines as a person would, without a terminal."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: str, stdin: str = "") -> Result:
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code = main(list(arguments))
        captured = self._capsys.readouterr()
        return Result(code, captured.out, captured.err)

    def sign_in(self) -> Result:
        return self("login", "--email", EMAIL, "--password-stdin", stdin=PASSWORD + "\n")


@pytest.fixture
def platform() -> Platform:
    """A platform with one account in one organization."""
    return Platform(
        accounts={EMAIL: PASSWORD},
        organizations=[organization_pb2.Organization(name=ORGANIZATION, display_name="Analytical Engines")],
    )


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The folder of the session's file."""
    return tmp_path / "config" / "xorb"


@pytest.fixture
def anonymous(
    platform: Platform,
    config: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Xorb]:
    """A command line that isn't signed in."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(config.parent))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TZ", "UTC")
    with serving(platform) as address:
        monkeypatch.setenv("XORB_SERVER", address)
        yield Xorb(capsys, monkeypatch)


@pytest.fixture
def xorb(anonymous: Xorb, platform: Platform) -> Xorb:
    """A command line that is signed in."""
    assert anonymous.sign_in().code == 0
    platform.calls.clear()
    platform.requests.clear()
    return anonymous
