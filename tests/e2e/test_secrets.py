"""Where a running platform keeps what must stay secret: in files that only their owner reads, and in no log."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg
import psutil
from sqlalchemy import make_url

from stack.components import postgres
from stack.settings import load
from tests.e2e.members import Member
from tests.e2e.platform import Platform

_LEAST = 16
"""Characters of the shortest secret; anything shorter may stand in a log by chance."""


def secrets_of(folder: Path) -> Iterator[str]:
    """Yields every secret that the stack keeps: keys, tokens, passwords, and those inside of addresses."""
    for path in folder.rglob("*"):
        if path.is_dir():
            continue
        content = path.read_text(encoding="utf-8", errors="replace").strip()
        if path.suffix == ".json":
            yield from (value for value in json.loads(content).values() if isinstance(value, str))
        elif "://" in content:
            yield from filter(None, [unquote(urlsplit(content).password or "")])
        else:
            yield content


async def test_no_secret_is_in_a_log(platform: Platform, member: Member) -> None:
    kept = {secret for secret in secrets_of(platform.home / "secrets") if len(secret) >= _LEAST}
    logs = {path: path.read_text(encoding="utf-8", errors="replace") for path in (platform.home / "logs").iterdir()}
    assert len(kept) >= 10
    assert "core" in {path.stem for path in logs}
    found = [path.name for path, text in logs.items() for secret in kept if secret in text]
    assert found == []


async def test_secrets_are_their_owner_s_only(platform: Platform) -> None:
    folder = platform.home / "secrets"
    for path in (folder, *folder.rglob("*"), platform.home / "vault", platform.home / "vault" / "openbao.json"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), f"{path.name}: {mode:o}"


async def test_no_secret_is_in_an_environment_or_a_command(platform: Platform) -> None:
    kept = {secret for secret in secrets_of(platform.home / "secrets") if len(secret) >= _LEAST}
    seen = 0
    for process in psutil.process_iter():
        try:
            environment, command = process.environ(), process.cmdline()
        except psutil.Error:
            continue
        if environment.get("XORB_HOME") == str(platform.home):
            seen += 1
            text = "\n".join([*environment.values(), *command])
            assert not [secret for secret in kept if secret in text], command
    assert seen >= 5


async def test_services_are_given_no_password_of_the_database(platform: Platform, member: Member) -> None:
    for role in ("core", "security", "orchestrator"):
        dsn = make_url((platform.home / "secrets" / role / "postgres_dsn").read_text(encoding="utf-8"))
        assert (dsn.username, dsn.password) == (None, None)
    settings = load(platform.environment)
    connection = await asyncpg.connect(
        postgres.dsn(settings, postgres.SUPERUSER).replace("postgresql+asyncpg://", "postgresql://")
    )
    try:
        users = await connection.fetch("SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = 'xorb'")
    finally:
        await connection.close()
    issued = [user for (user,) in users if user.startswith("v-")]
    assert len(issued) >= 2, users
