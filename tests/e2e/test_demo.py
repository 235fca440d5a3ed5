"""`make demo` as a person runs it, on a stack of its own and on one that is up."""

import asyncio
import os
import shutil
import signal
import socket
import stat
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest_asyncio

from stack import lock, status
from stack.demo.comparison import compare
from stack.demo_target import ground_truth
from stack.ports import free_ports
from stack.settings import DEFAULT_PORTS, StackSettings, load, project_root
from tests.conftest import demo

VERDICT = "Ground truth: found 23 of 23 weaknesses, and nothing that isn't there."


@pytest_asyncio.fixture
async def settings() -> AsyncIterator[StackSettings]:
    """A home of its own, and ports."""
    home = Path(tempfile.mkdtemp(prefix="xorb-"))
    ports = zip(DEFAULT_PORTS, map(str, free_ports(len(DEFAULT_PORTS))), strict=True)
    made = load({**os.environ, **dict(ports), "XORB_HOME": str(home)})
    yield made
    shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(made.run, ignore_errors=True)


async def test_it_boots_scans_tells_and_stops(settings: StackSettings) -> None:
    code, output = await demo(settings.environment)
    assert code == 0, output
    for part in (VERDICT, "$ xorb scan run 127.0.0.1", "succeeded", f":{settings.ports['XORB_GATEWAY_PORT']}/docs"):
        assert part in output
    assert "\x1b" not in output
    password = settings.secrets / "demo_password"
    assert stat.S_IMODE(password.stat().st_mode) == 0o600
    assert password.read_text() not in output
    assert lock.holder(settings.home) is None
    assert not any(one.alive for one in status.read(settings.run))


async def test_on_a_stack_that_is_up_it_leaves_it_up_and_does_nothing_twice(
    person: Mapping[str, str], first_demo: str
) -> None:
    code, again = await demo(person)
    assert code == 0, again
    assert VERDICT in first_demo
    assert VERDICT in again
    assert "targets add" in first_demo
    assert "targets add" not in again
    assert sightings(again) == {finding: seen + 1 for finding, seen in sightings(first_demo).items()}
    assert "still up" in again
    assert lock.holder(Path(person["XORB_HOME"])) == os.getpid()


async def test_a_port_in_use_is_named_with_its_setting(settings: StackSettings) -> None:
    with socket.create_server(("127.0.0.1", settings.ports["XORB_GATEWAY_PORT"])):
        code, output = await demo(settings.environment)
    assert code == 1
    assert f"Port {settings.ports['XORB_GATEWAY_PORT']} is in use" in output
    assert "set XORB_GATEWAY_PORT to another port" in output
    assert "Traceback" not in output


async def test_control_c_stops_everything(settings: StackSettings) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "stack", "demo", cwd=project_root(), env=dict(settings.environment),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while not (await process.stdout.readline()).endswith(b" up\n"):
            assert process.returncode is None
    process.send_signal(signal.SIGINT)
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 130
    assert b"Traceback" not in output
    assert not any(one.alive for one in status.read(settings.run))


def test_every_difference_is_told() -> None:
    truth = ground_truth(8081, 8444, 2121)
    there = [{"check": one.check, "location": one.location} for one in truth]
    assert compare(truth, there).exact
    missed = compare(truth, there[1:])
    assert (missed.exact, missed.missed, missed.invented) == (False, truth[:1], ())
    twice = compare(truth, [*there, there[0]])
    assert (twice.exact, twice.missed, len(twice.invented)) == (False, (), 1)
    invented = compare(truth, [*there, {"check": "http.made-up", "location": "nowhere"}])
    assert invented.invented == (("http.made-up", "nowhere"),)


def sightings(output: str) -> dict[str, int]:
    """How often each finding was seen, by its id in the table of findings."""
    table = output.split("$ xorb findings list\n")[1].split("\n\n", maxsplit=1)[0]
    rows = [line.split() for line in table.splitlines()[1:]]
    assert len(rows) == 23
    # The last three cells: how often it was seen, and day and time of the last.
    return {row[0]: int(row[-3]) for row in rows}
