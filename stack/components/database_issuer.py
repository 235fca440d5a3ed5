"""OpenBao's database engine: short-lived members of the services' role in PostgreSQL.

A role lives as long as its lease. It inherits what the services' role may do and nothing else: row-level security holds
for it, it owns nothing and makes nothing. When the lease ends, its sessions are ended with it.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from stack.components import postgres
from stack.errors import StackError
from stack.settings import StackSettings

ROLE = "xorb-app"
"""The engine's role: what `database/creds/` issues for the services."""

_SETTING = "XORB_DATABASE_CREDENTIAL_SECONDS"
_USUAL_SECONDS, _LEAST_SECONDS = 3600, 2
_LONGEST = 24
"""How many times as long as it is issued for a lease may become by being renewed."""

_CREATE = [
    (
        """CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' NOSUPERUSER NOCREATEDB"""
        " NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT IN ROLE xorb_app"
    ),
]
_RENEW = ["""ALTER ROLE "{{name}}" VALID UNTIL '{{expiration}}'"""]
_REVOKE = [
    # Nobody comes in any more, then those who are in leave.
    """ALTER ROLE "{{name}}" NOLOGIN""",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{{name}}'",
    'DROP ROLE IF EXISTS "{{name}}"',
]

Call = Callable[..., Awaitable[dict[str, Any]]]
"""Calls OpenBao: method, path and body."""


async def ensure(settings: StackSettings, call: Call) -> None:
    """Has OpenBao issue credentials; PostgreSQL need not be up yet.

    Raises:
        StackError: OpenBao refuses, or the setting of the credentials' time is no number.
    """
    if "database/" not in (await call("GET", "sys/mounts"))["data"]:
        await call("POST", "sys/mounts/database", {"type": "database"})
    port, socket = settings.ports["XORB_POSTGRES_PORT"], quote(str(postgres.socket_directory(settings)), safe="/")
    connection = {
        "plugin_name": "postgresql-database-plugin",
        "allowed_roles": ["xorb-*"],
        "connection_url": (
            f"postgresql://{{{{username}}}}:{{{{password}}}}@/{postgres.DATABASE}?host={socket}&port={port}&sslmode=disable"
        ),
        "username": postgres.ISSUER,
        "password": postgres.password(settings, postgres.ISSUER),
        # PostgreSQL is sent the verifier only, so that no log of its can hold a password.
        "password_authentication": "scram-sha-256",
        "verify_connection": False,
    }
    await call("POST", f"database/config/{postgres.DATABASE}", connection)
    seconds = _seconds(settings)
    role = {
        "db_name": postgres.DATABASE,
        "creation_statements": _CREATE,
        "renew_statements": _RENEW,
        "revocation_statements": _REVOKE,
        "default_ttl": f"{seconds}s",
        "max_ttl": f"{seconds * _LONGEST}s",
    }
    await call("POST", f"database/roles/{ROLE}", role)


def _seconds(settings: StackSettings) -> int:
    text = settings.environment.get(_SETTING) or str(_USUAL_SECONDS)
    if not text.isascii() or not text.isdigit() or int(text) < _LEAST_SECONDS:
        raise StackError(f"{_SETTING} must be a number of seconds, {_LEAST_SECONDS} or more, but is {text!r}")
    return int(text)
