"""``python -m stack`` as a person uses it: up, status, a second up, kill -9, up again, down, reset."""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from redis.asyncio import Redis

from stack import status
from stack.components import valkey
from stack.lock import holder
from stack.polling import until
from stack.ports import free_ports
from stack.settings import DEFAULT_PORTS, StackSettings, load, project_root

ONLY = ("--only", "valkey,openbao")


@pytest_asyncio.fixture
async def settings() -> AsyncIterator[StackSettings]:
    home = Path(tempfile.mkdtemp(prefix="xorb-"))
    ports = {name: str(number) for name, number in zip(DEFAULT_PORTS, free_ports(len(DEFAULT_PORTS)), strict=True)}
    made = load({**os.environ, **ports, "XORB_HOME": str(home)})
    yield made
    await stack(made, "down")
    shutil.rmtree(home, ignore_errors=True)


async def stack(settings: StackSettings, *arguments: str, answer: str = "") -> tuple[int, str]:
    """Run ``python -m stack`` with ``arguments``: exit code and all it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "stack", *arguments, env=dict(settings.environment), cwd=project_root(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await asyncio.wait_for(process.communicate(answer.encode()), 60)
    return process.returncode or 0, output.decode()


async def test_up_status_and_down(settings: StackSettings) -> None:
    assert (await stack(settings, "status"))[0] == 3
    code, output = await stack(settings, "up", "--detach", *ONLY)
    assert code == 0, output
    assert str(settings.secrets) in output
    code, output = await stack(settings, "status", "--output", "json")
    assert code == 0
    components = {each["name"]: each for each in json.loads(output)["components"]}
    assert set(components) == {"valkey", "openbao"}
    assert all(each["state"] == "up" and each["memory_bytes"] > 0 for each in components.values())
    pids = [each["pid"] for each in components.values()]

    code, output = await stack(settings, "up", *ONLY)
    assert code == 1
    assert "already running" in output
    assert "XORB_HOME" in output

    assert (await stack(settings, "down"))[0] == 0
    assert not [pid for pid in pids if status.start_time(pid)]
    assert holder(settings.home) is None
    assert (await stack(settings, "down")) == (0, "No stack was running.\n")


async def test_a_port_in_use_is_told_with_its_setting(settings: StackSettings) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", settings.ports["XORB_VAULT_PORT"])
    async with server:
        for command in ("up", "port-check"):
            code, output = await stack(settings, command, *ONLY)
            assert code == 1
            assert f"Port {settings.ports['XORB_VAULT_PORT']} is in use" in output
            assert "set XORB_VAULT_PORT to another port" in output
            assert "Traceback" not in output


async def test_nothing_outlives_a_killed_stack_and_the_next_one_resumes(settings: StackSettings) -> None:
    assert (await stack(settings, "up", "--detach", *ONLY))[0] == 0
    async with Redis.from_url(valkey.url(settings)) as client:
        await client.set("kept", "yes")
        await asyncio.sleep(1.2)  # the append-only file is synced every second
    pids = [one.pid for one in status.read(settings.run) if one.pid]
    supervisor = holder(settings.home)
    assert supervisor
    os.kill(supervisor, signal.SIGKILL)

    async def all_gone() -> bool:
        return not any(status.start_time(pid) for pid in pids)

    await until(all_gone, 10)
    code, output = await stack(settings, "up", "--detach", *ONLY)
    assert code == 0, output
    async with Redis.from_url(valkey.url(settings)) as client:
        assert await client.get("kept") == b"yes"


async def test_ctrl_c_stops_it_cleanly(settings: StackSettings) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "stack", "up", "--only", "valkey", env=dict(settings.environment), cwd=project_root(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    await asyncio.wait_for(process.stdout.readuntil(b"valkey up"), 20)
    pids = [one.pid for one in status.read(settings.run) if one.pid]
    process.send_signal(signal.SIGINT)
    output, _ = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
    assert b"valkey stopped" in output
    assert not [pid for pid in pids if status.start_time(pid)]


async def test_reset_asks_first(settings: StackSettings) -> None:
    assert (await stack(settings, "up", "--detach", "--only", "valkey"))[0] == 0
    code, _ = await stack(settings, "reset", answer="n\n")
    assert code == 1
    assert settings.home.exists()
    assert holder(settings.home)
    assert (await stack(settings, "reset", answer="y\n"))[0] == 0
    assert not settings.home.exists()


async def test_reset_deletes_only_what_is_a_stacks_home(settings: StackSettings) -> None:
    (settings.home / "letter.txt").write_text("mine")
    code, output = await stack(settings, "reset", "--yes")
    assert code == 1
    assert "does not look like" in output
    assert (settings.home / "letter.txt").exists()


async def test_an_unknown_component_is_told(settings: StackSettings) -> None:
    code, output = await stack(settings, "up", "--only", "mysql")
    assert code == 1
    assert "mysql" in output
    assert "postgres" in output
