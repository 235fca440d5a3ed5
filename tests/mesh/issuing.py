"""Credentials of the database for tests: OpenBao's own, with a life of seconds, and with the rights of its root."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import hvac

from services.mesh.credentials import Credentials
from services.mesh.rotation import Rotation
from stack.components import database_issuer, postgres
from stack.settings import load


def root(environment: Mapping[str, str]) -> hvac.Client:
    """Returns a client that may do everything."""
    kept = json.loads(Path(environment["XORB_HOME"], "secrets", "openbao.json").read_text(encoding="utf-8"))
    return hvac.Client(url=environment["XORB_VAULT_ADDRESS"], token=kept["root_token"], timeout=5)


@asynccontextmanager
async def short_lived(
    environment: Mapping[str, str], name: str, seconds: int, longest: int, pool: int = 4
) -> AsyncIterator[Rotation]:
    """Gives a rotation, yet to run, of credentials that live for some seconds, and at the longest for some more.

    Args:
        environment: The settings of a stack.
        name: The role of the database engine to make, which begins with `xorb-`.
        seconds: How long a lease lives.
        longest: How long it may become by being renewed.
        pool: Connections kept.
    """
    client = root(environment)
    role = client.read(f"database/roles/{database_issuer.ROLE}")["data"]
    client.write(f"database/roles/{name}", **{**role, "default_ttl": f"{seconds}s", "max_ttl": f"{longest}s"})
    credentials = Credentials(client, name)
    yield Rotation(postgres.plain_dsn(load(environment)), credentials, pool=pool)
    client.sys.revoke_prefix(f"database/creds/{name}")
