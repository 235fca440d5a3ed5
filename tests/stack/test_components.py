"""The state components as they are started: what each role may do, and that nothing is open without a secret."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from stack import http
from stack.components import openbao


def plain(dsn: str) -> str:
    return dsn.replace("+asyncpg", "")


@pytest_asyncio.fixture
async def application(stack_environment: dict[str, str]) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(plain(stack_environment["XORB_POSTGRES_DSN"]))
    yield connection
    await connection.close()


async def test_no_role_of_ours_gets_past_row_level_security(application: Any) -> None:
    rows = await application.fetch("SELECT * FROM pg_roles WHERE rolname LIKE 'xorb%'")
    assert {row["rolname"] for row in rows} == {"xorb_owner", "xorb_app", "xorb_relay", "xorb_vault"}
    powers = ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication")
    has = {(row["rolname"], power) for row in rows for power in powers if row[power]}
    # The one that issues the others' credentials.
    assert has == {("xorb_vault", "rolcreaterole")}


async def test_the_services_role_owns_nothing_and_makes_nothing(application: Any) -> None:
    owned = "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname <> $1 IS FALSE"
    assert await application.fetchval(owned, "xorb_app") == 0
    for statement in (
        "CREATE TABLE public.mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE DATABASE mine",
        "SET ROLE xorb_owner",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await application.execute(statement)


async def test_postgres_wants_a_password_on_every_way_in(stack_environment: dict[str, str]) -> None:
    port = int(stack_environment["XORB_POSTGRES_PORT"])
    for host in ("127.0.0.1", f"{stack_environment['XORB_RUN_DIRECTORY']}/postgres"):
        for user in ("postgres", "xorb_owner", "xorb_app"):
            with pytest.raises(asyncpg.InvalidPasswordError):
                await asyncpg.connect(host=host, port=port, user=user, password="guess", database="xorb")


async def test_postgres_keeps_what_it_was_told_to_keep(application: Any) -> None:
    for setting, value in (("synchronous_commit", "on"), ("fsync", "on"), ("listen_addresses", "127.0.0.1")):
        assert await application.fetchval("SELECT current_setting($1)", setting) == value


async def test_valkey_wants_its_password_and_has_no_administration(stack_environment: dict[str, str]) -> None:
    client: Any
    async with Redis.from_url(stack_environment["XORB_REDIS_URL"]) as client:
        await client.xadd("stack-test", {"a": "1"}, id="5-1")
        await client.delete("stack-test")
        for command in ("CONFIG GET *", "DEBUG SLEEP 0", "SHUTDOWN", "REPLICAOF NO ONE", "MODULE LIST"):
            with pytest.raises(ResponseError):
                await client.execute_command(*command.split())
    socket = f"{stack_environment['XORB_RUN_DIRECTORY']}/valkey.sock"
    async with Redis(unix_socket_path=socket) as stranger:
        with pytest.raises(RedisError, match="authenticated"):
            await stranger.ping()


async def vault(environment: dict[str, str], role: str, path: str, body: object = None) -> http.Response:
    token = (Path(environment["XORB_HOME"]) / "secrets" / f"vault_token_{role}").read_text()
    address = http.Address(port=int(environment["XORB_VAULT_PORT"]))
    return await http.request(
        address, "POST" if body else "GET", f"/v1/{path}", body=body, headers={"x-vault-token": token}
    )


async def test_each_process_has_its_own_rights_in_the_vault(stack_environment: dict[str, str]) -> None:
    message = {"input": base64.b64encode(b"text").decode()}
    signers = {"xorb-access": "security", **{f"xorb-mesh-{role}": role for role in openbao.CALLERS}}
    for role in ("security", "core", "intelligence", "orchestrator", "relay"):
        for name, signer in signers.items():
            signed = await vault(stack_environment, role, f"transit/sign/{name}", message)
            assert signed.status == (200 if role == signer else 403), (role, name)
        key = await vault(stack_environment, role, "transit/keys/xorb-access")
        assert key.status == 200
        assert key.json()["data"]["type"] == "ed25519"
        for forbidden in ("sys/mounts", "transit/export/signing-key/xorb-access", "sys/policies/acl/xorb-core"):
            assert (await vault(stack_environment, role, forbidden)).status == 403, forbidden


async def test_secrets_are_their_owners_alone(stack_environment: dict[str, str]) -> None:
    home = Path(stack_environment["XORB_HOME"])
    files = [path for path in (home / "secrets").rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in (*files, home / "valkey" / "valkey.conf", home / "vault" / "openbao.json"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert (home / "secrets").stat().st_mode & 0o077 == 0


async def test_no_secret_is_in_a_log(stack_environment: dict[str, str]) -> None:
    home = Path(stack_environment["XORB_HOME"])
    secrets = [path.read_text() for path in (home / "secrets").iterdir() if path.is_file() and path.suffix != ".json"]
    secrets += json.loads((home / "secrets" / "openbao.json").read_text()).values()
    logs = "\n".join(path.read_text() for path in (home / "logs").iterdir())
    assert logs
    assert not [secret for secret in secrets if secret in logs]
