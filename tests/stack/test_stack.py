"""Stacks in one process: state that lasts, two that don't meet, components that are elsewhere."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from stack.components import openbao
from stack.errors import StackError
from stack.ports import free_ports
from stack.settings import DEFAULT_PORTS, StackSettings, load
from stack.stack import Stack
from stack.testing import describe, embedded
from tests.stack.test_components import plain, vault


@pytest.fixture
def settings() -> Iterator[StackSettings]:
    home = Path(tempfile.mkdtemp(prefix="xorb-"))
    ports = {name: str(number) for name, number in zip(DEFAULT_PORTS, free_ports(len(DEFAULT_PORTS)), strict=True)}
    yield load({**ports, "XORB_HOME": str(home)})
    shutil.rmtree(home, ignore_errors=True)


async def test_a_second_start_resumes(settings: StackSettings) -> None:
    async with Stack(settings, ["postgres", "openbao"]):
        before = describe(settings)
        connection = await asyncpg.connect(plain(before["XORB_POSTGRES_OWNER_DSN"]))
        await connection.execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
        await connection.close()
        key = (await vault(before, "security", "transit/keys/xorb-access")).json()["data"]["keys"]
    async with Stack(settings, ["postgres", "openbao"]):
        after = describe(settings)
        assert after == before
        connection = await asyncpg.connect(plain(after["XORB_POSTGRES_OWNER_DSN"]))
        assert await connection.fetchval("SELECT id FROM kept") == 7
        await connection.close()
        assert (await vault(after, "security", "transit/keys/xorb-access")).json()["data"]["keys"] == key


async def test_a_vault_that_was_interrupted_while_it_was_initialised_starts_anew(settings: StackSettings) -> None:
    async with Stack(settings, ["openbao"]):
        pass
    openbao.unseal_path(settings).unlink()
    with pytest.raises(StackError, match="unseal key is missing"):
        async with Stack(settings, ["openbao"]):
            pass
    (settings.home / "vault" / "unfinished").touch()
    async with Stack(settings, ["openbao"]):
        assert (await vault(describe(settings), "security", "transit/keys/xorb-access")).status == 200


async def test_two_stacks_do_not_meet(stack_environment: dict[str, str]) -> None:
    async with embedded("postgres", "valkey") as other:
        assert not {other["XORB_HOME"], other["XORB_REDIS_URL"]} & set(stack_environment.values())
        connection = await asyncpg.connect(plain(other["XORB_POSTGRES_OWNER_DSN"]))
        await connection.execute("CREATE TABLE only_here (id int)")
        await connection.close()
    connection = await asyncpg.connect(plain(stack_environment["XORB_POSTGRES_DSN"]))
    assert await connection.fetchval("SELECT to_regclass('only_here')") is None
    await connection.close()


async def test_one_stack_per_home(settings: StackSettings) -> None:
    async with Stack(settings, ["valkey"]):
        with pytest.raises(StackError, match="already running"):
            await Stack(settings, ["valkey"]).start()


async def test_what_is_elsewhere_is_not_started() -> None:
    elsewhere = {
        "XORB_REDIS_URL": "redis://elsewhere:6379/0",
        "XORB_POSTGRES_DSN": "postgresql+asyncpg://elsewhere/xorb",
    }
    stack = Stack(load({**elsewhere, "XORB_HOME": "/nowhere"}), ["postgres", "valkey", "openbao"])
    assert stack.names == ["openbao"]


async def test_a_home_with_a_long_path_works() -> None:
    home = Path(tempfile.mkdtemp(prefix="xorb-")) / ("long-" * 20)
    home.mkdir()
    try:
        async with embedded("postgres", "valkey", settings={"XORB_HOME": str(home)}) as environment:
            connection = await asyncpg.connect(plain(environment["XORB_POSTGRES_DSN"]))
            assert await connection.fetchval("SELECT 1") == 1
            await connection.close()
    finally:
        shutil.rmtree(home.parent)
